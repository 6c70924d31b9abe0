// Package incidents is the skill that takes a message to a solved matter that its reporter confirms: report, dispatch, handle, confirm, rate.
//
// The life of a case, without its detours:
//
//	 a report ──▶ draft ──▶ reported ──▶ accepted ──▶ dispatched ──▶ signed ──▶ contacted ──▶ inhand ──▶ answered ──▶ closed ──▶ calledback ──▶ rated ──▶ archived
//	              │ ▲           上报        受理  ▲        派单 ▲ │      签收        联系          办理        答复       办结       回访         评价      归档
//	     asks what│ │                          │           │ │                                                          │
//	   is missing └─┘    another category,  ───┘           │ └──▶ returned 退单, with a reason; a dispatcher sends it out again
//	                     another place                     └──────────────── not solved: reopened, same unit, same history ◀┘
//	an emergency ──▶ alarm ──▶ signed …     only a person ends it; those on duty are told, one level up after the other
//	withdrawn 撤回 and merged 合并 are the other two ends.
//
// The whole machine is one table (machine.go). Each line is an event: from which states, to which, by whom. What isn't here can't happen:
//
//	complete     draft → reported    system reporter
//	accept       reported → accepted    system
//	dispatch     accepted returned → dispatched    system assigner above
//	sign         alarm dispatched → signed    handler
//	contact      signed → contacted    handler
//	contact      inhand → (stays)    handler
//	begin        signed contacted → inhand    handler
//	answer       alarm dispatched signed contacted inhand → answered    handler, with a reason
//	close        answered → closed    handler
//	callback     closed → calledback    system
//	rate         calledback rated → rated    reporter
//	archive      calledback rated → archived    system
//	return       dispatched signed contacted inhand → returned    assigner, with a reason
//	transfer     accepted dispatched returned signed contacted inhand → dispatched    assigner above, with a reason
//	transfer     alarm → (stays)    assigner above, with a reason
//	assist       alarm dispatched signed contacted inhand → (stays)    system handler above
//	asktime      dispatched signed contacted inhand → (stays)    handler, with a reason
//	givetime     dispatched signed contacted inhand → (stays)    above
//	refusetime   dispatched signed contacted inhand → (stays)    above, with a reason
//	reopen       answered closed calledback rated archived → dispatched    reporter above, with a reason
//	reopen       answered closed calledback → inhand    handler, with a reason
//	supervise    alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    above presser, with a reason
//	recategorise draft alarm → (stays)    reporter assigner above
//	recategorise accepted dispatched returned signed contacted inhand → accepted    reporter assigner above
//	relocate     draft alarm → (stays)    reporter assigner above
//	relocate     accepted dispatched returned signed contacted inhand → accepted    reporter assigner above
//	note         draft closed calledback rated alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    reporter handler helper above
//	question     alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    handler helper above
//	reply        alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    reporter
//	join         alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    system reporter
//	merge        draft reported accepted dispatched returned signed contacted inhand → merged    reporter assigner above
//	absorb       alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    system reporter assigner above
//	split        alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    assigner above
//	raise        alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    system handler above
//	warn         alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    system
//	escalate     alarm reported accepted dispatched returned signed contacted inhand answered → (stays)    system
//	mediate      accepted dispatched signed contacted inhand → (stays)    reporter handler above
//	arrive       accepted dispatched signed contacted inhand → (stays)    handler helper
//	withdraw     draft reported accepted dispatched returned signed contacted inhand → withdrawn    reporter
//
// Every change is a step in the case's history, with who, when, from, to and why; steps are only ever added. A case has an owner from its first
// moment (Case.Unit). Deadlines move in three places only: when a case is registered or reopened, when its category changes, and when the level
// above grants an extension.
//
// The pure part has no I/O: the machine, who is what to a case (Actors), deadlines (limits.go), who is in charge (dispatch.go), what is the same place
// (duplicates.go), the figures (figures.go). The rest reads through bot.Turn and collects changes in it. Two who act on one case at once both run
// their turn; the store lets one commit, the other turn runs again, finds the case changed and tells its person who was first.
//
// Figures are kept beside the cases, one record for a territory and month, in the same commit: reading a month doesn't read its cases.
// A confidential case bears no key but its number, its reporters and its handlers: it can't be on a board, near another or in a figure. Its handlers
// (secret.go) are those on duty where it is, in its territory and where help is asked for; they change with it, and the level above becomes one of
// them when it has to act: to dispatch what was returned, to give time, to take up what is late.
//
// The model's reading is never the only ground for something that can't be taken back easily: a case is closed by words of an end, joined or confirmed
// by a yes, an emergency is one by its words or by a category that says so (rules.yaml). What is said right after a report, and after a question, is read
// as belonging to it unless it says otherwise (continue.go, answer.go).
//
// With 100,000 open cases in the embedded store, whole turns, from the message's arrival to the durable reply, took (p50, p99, on 2 shared cores): a duplicate
// found 3.6 and 15 ms, the board of a community 4.5 and 13 ms, that of a district 21 and 30 ms, a month's figures of a district 3 and 7 ms, a number looked
// up 2.6 and 5 ms. go test -run '^$' -bench OpenCases measures them again.
package incidents
