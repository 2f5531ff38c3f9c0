"""What changes engagements: keyword-only after the actor, typed, one transaction, named errors."""
