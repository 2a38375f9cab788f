"""Texts, cut and folded: normal form, language, sentences, words. Pure; knows records and nothing else."""
