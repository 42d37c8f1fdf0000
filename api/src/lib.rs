//! THE SHELL: the command line, the clock, files and configuration.
//! Modules in reading order; a module uses only those above it.

pub mod problem_list;

pub mod failure;

pub mod spoken;

pub mod clock;

pub mod private_file;

pub mod passphrase;

pub mod keys;

pub mod external_signer;

pub mod spreadsheet;

pub mod snapshots;

pub mod desk;

pub mod writer;

pub mod copies;

pub mod backup;

pub mod demo;

pub mod alarm;

pub mod counter;

pub mod reading_room;

pub mod drafts;
/// Keys that were made in a browser, on their way into the log.
pub mod enrolling;

pub mod signing_in;

pub mod permits;

pub mod shown;

pub mod memo;

pub mod sites;
/// TLS of the program's own.
pub mod tls;

pub mod hall;

pub mod followers;

pub mod remote;

pub mod witness;

pub mod http;

pub mod bench;

pub mod cli;

pub use cli::run;
