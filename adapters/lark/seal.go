package lark

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
)

var (
	errSealed    = errors.New("lark: the encrypted event can't be opened: Encrypt Key differs, or somebody else sent it")
	errSignature = errors.New("lark: the signature is not the platform's")
	errToken     = errors.New("lark: the verification token differs")
)

// unseal decrypts what the platform sealed: base64(IV ‖ AES-256-CBC(key = SHA-256(encrypt key), PKCS#7)). A padding that isn't whole refuses all.
func unseal(encryptKey, sealed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < 2*aes.BlockSize || len(raw)%aes.BlockSize != 0 {
		return nil, errSealed
	}
	key := sha256.Sum256([]byte(encryptKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	plain := raw[aes.BlockSize:]
	cipher.NewCBCDecrypter(block, raw[:aes.BlockSize]).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > aes.BlockSize {
		return nil, errSealed
	}
	whole := 1
	for _, b := range plain[len(plain)-pad:] {
		whole &= subtle.ConstantTimeByteEq(b, byte(pad))
	}
	if whole == 0 {
		return nil, errSealed
	}
	return plain[:len(plain)-pad], nil
}

// signature is what the platform writes beside an encrypted event.
func signature(timestamp, nonce, encryptKey string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(timestamp + nonce + encryptKey))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// same compares secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
