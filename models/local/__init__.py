"""WHAT SCORES, in this process: sentence embeddings and natural language inference, batched across callers."""

from .connecting import connect_embedder, connect_nli

__all__ = ["connect_embedder", "connect_nli"]
