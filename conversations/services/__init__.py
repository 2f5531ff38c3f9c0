"""What is done with conversations: each module one act, in one transaction."""
