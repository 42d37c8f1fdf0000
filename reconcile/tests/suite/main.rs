//! What must hold of bank files coming in.

#[cfg(test)]
mod bank_files;

#[cfg(test)]
mod conservation;

#[cfg(test)]
mod mutations;

#[cfg(test)]
mod new_bank;

#[cfg(test)]
mod other_banks;
