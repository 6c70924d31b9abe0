FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /linli ./cmd/linli && mkdir /files

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /linli /linli
COPY --from=build --chown=nonroot /files /files
ENV LINLI_LISTEN=:8080 LINLI_FILES=/files LINLI_STORE=redis://redis:6379/0?name=main
EXPOSE 8080
ENTRYPOINT ["/linli"]
CMD ["serve"]
