"""The open control plane for the telephone numbers of voice-AI agents."""
