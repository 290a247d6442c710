"""Places calls: invites the callee, then the agent's runtime, and joins the two.

A process of its own beside the control plane, which it only knows over HTTP.
docs/decisions/0010-how-an-outbound-call-is-placed.md says why it works the way it does.
"""
