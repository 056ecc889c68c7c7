"""WHAT SCORES AND WRITES, in this process: embeddings, inference, toxicity, chat models, batched across callers."""

from .connecting import connect_embedder, connect_nli, connect_toxicity

__all__ = ["connect_embedder", "connect_nli", "connect_toxicity"]
