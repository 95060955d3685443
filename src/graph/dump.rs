//! Nodes as text.
