package bot

// Action is something that not everybody may do.
type Action string

// The actions.
const (
	Ask               Action = "ask"                // ask the catalogue, ask for a person
	ReportIncident    Action = "incident.report"    // report, track and rate one's own
	HandleIncident    Action = "incident.handle"    // see the board, take, comment, close
	AssignIncident    Action = "incident.assign"    // dispatch, transfer, return
	SuperviseIncident Action = "incident.supervise" // press a unit below about a case
	ListMeetings      Action = "meeting.list"       // see a unit's meetings
	ArrangeMeeting    Action = "meeting.arrange"    // schedule, move and cancel a unit's meetings
	ProposeTopic      Action = "meeting.topic"      // bring a topic in, answer an invitation
	ResolveMeeting    Action = "meeting.resolve"    // record decisions
	PlanInspection    Action = "inspection.plan"    // plan rounds, write bulletins
	RecordFinding     Action = "inspection.find"    // record findings, re-check
	ListDuties        Action = "duty.list"          // read the responsibility lists
	ReportProgress    Action = "duty.progress"      // report a unit's progress
	AdmitMatter       Action = "duty.admit"         // decide what may be handed down to communities
	SetReminder       Action = "remind"             // be reminded
	ReadStatistics    Action = "stats"              // see a unit's figures
	BindChat          Action = "chat.bind"          // bind a group chat to a unit
	GiveRole          Action = "role.give"          // give somebody a role at a unit
	EditCatalogue     Action = "catalogue.edit"     // change what is answered
	SeeConversation   Action = "conversation.see"   // read conversations that were handed over, dead letters
)

// Actions are all actions, in the order of the table.
var Actions = []Action{
	Ask, ReportIncident, HandleIncident, AssignIncident, SuperviseIncident, ListMeetings, ArrangeMeeting, ProposeTopic, ResolveMeeting,
	PlanInspection, RecordFinding, ListDuties, ReportProgress, AdmitMatter, SetReminder, ReadStatistics, BindChat, GiveRole, EditCatalogue, SeeConversation,
}

// Scope is how far a right goes from the unit at which the role is held.
type Scope int

// The scopes.
const (
	Nowhere  Scope = iota
	OwnUnit        // at the unit itself
	Below          // at the unit and everything below it
	Anywhere       // wherever; what everybody may do
)

func (s Scope) String() string { return [...]string{"-", "own", "below", "any"}[s] }

// permissions is the whole table: role × action → scope. What isn't in it is forbidden.
var permissions = map[Role]map[Action]Scope{
	Resident: {Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere},
	GridStaff: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		HandleIncident: OwnUnit, ListMeetings: OwnUnit, ProposeTopic: OwnUnit,
	},
	Secretary: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		HandleIncident: Below, AssignIncident: Below, ListMeetings: Below, ArrangeMeeting: Below, ProposeTopic: Below, ResolveMeeting: Below,
		ReportProgress: Below, ReadStatistics: Below, BindChat: Below, GiveRole: Below, SeeConversation: Below,
	},
	Street: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		HandleIncident: Below, AssignIncident: Below, SuperviseIncident: Below, ListMeetings: Below, ArrangeMeeting: Below, ProposeTopic: Below, ResolveMeeting: Below,
		ReportProgress: Below, AdmitMatter: Below, ReadStatistics: Below, BindChat: Below, GiveRole: Below, SeeConversation: Below, RecordFinding: Below,
	},
	Liaison: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		ListMeetings: Below, ArrangeMeeting: Below, ProposeTopic: Below, ResolveMeeting: Below, ReportProgress: Below, ReadStatistics: Below, BindChat: OwnUnit,
	},
	Inspector: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		SuperviseIncident: Below, ListMeetings: Below, PlanInspection: Below, RecordFinding: Below, ReadStatistics: Below,
	},
	Admin: {
		Ask: Anywhere, ReportIncident: Anywhere, SetReminder: Anywhere, ListDuties: Anywhere,
		HandleIncident: Below, AssignIncident: Below, SuperviseIncident: Below, ListMeetings: Below, ArrangeMeeting: Below, ProposeTopic: Below, ResolveMeeting: Below,
		PlanInspection: Below, RecordFinding: Below, ReportProgress: Below, AdmitMatter: Below, ReadStatistics: Below, BindChat: Below, GiveRole: Below,
		EditCatalogue: Below, SeeConversation: Below,
	},
}

// ScopeOf returns how far the role's right to the action goes.
func ScopeOf(r Role, a Action) Scope { return permissions[r][a] }

// Allowed reports whether the person may do the action at the unit. With an empty unit it asks whether the person may do it anywhere at all.
func (o *Org) Allowed(p *Person, a Action, unit string) bool {
	if ScopeOf(Resident, a) == Anywhere {
		return true
	}
	for _, g := range p.Grants {
		switch ScopeOf(g.Role, a) {
		case Anywhere:
			return true
		case Below:
			if unit == "" || o.Within(unit, g.Unit) {
				return true
			}
		case OwnUnit:
			if unit == "" || unit == g.Unit {
				return true
			}
		}
	}
	return false
}
