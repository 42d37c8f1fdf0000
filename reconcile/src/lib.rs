//! BANK FILES IN, pure: bytes and expectations in, a report out. It proposes; nothing here writes to the books.
//! Modules in reading order; a module uses only those above it.

pub mod problem;

pub mod text;

pub mod names;

pub mod pieces;

pub mod profile;

pub mod table;

mod problems;

mod foreign;

pub mod opened;

mod values;

pub mod office_list;

mod misfit;

mod columns;

mod stretches;

mod body;

pub mod detect;

mod cells;

mod totals;

mod reasons;

mod difference;

mod payee;

pub mod response;

pub mod refund;

pub mod matcher;

pub mod returns;

pub mod statement;

pub mod bank_simulator;
