"""Text cut and folded once: normal form, language, sentences, words. Pure."""
