//! BANK FILES IN, pure: bytes and expectations in, a report out. It proposes; nothing here writes to the books.

pub mod problem;

pub mod text;

pub mod names;

pub mod table;

pub mod profile;

mod body;

pub mod detect;

mod values;

mod cells;

mod reasons;

pub mod response;

pub mod refund;

pub mod matcher;

pub mod returns;

pub mod statement;

pub mod bank_simulator;
