//! The compiled artefact.
