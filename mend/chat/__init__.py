"""The public front door: chat API, chat page, widget and demo page."""
