//! THE SHELL: the command line, the clock, files and configuration.
//! Modules in reading order; a module uses only those above it.

pub mod failure;

pub mod clock;

pub mod keys;

pub mod desk;

pub mod demo;

pub mod http;

pub mod bench;

pub mod cli;

pub use cli::run;
