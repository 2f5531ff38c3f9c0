"""Calls, texts, faxes, chats and mail with contacts, and the record's tabs that show them."""
