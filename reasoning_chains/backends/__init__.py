"""Where completions come from: one provider a file, and wrappers from backend to backend."""
