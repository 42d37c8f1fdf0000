//! The vault: personal fields, sealed.
