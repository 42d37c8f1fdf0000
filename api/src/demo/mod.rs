//! The sample county's two months, played through the same doors as real work: every act signed, every bank file written
//! by a simulated bank and imported as a clerk would.

mod beside;
mod care;
mod case;
mod cast;
pub mod county;
mod departments;
mod lists;
mod livelihood;
mod november;
mod october;
mod organisations;
mod setting;
mod stage;
mod together;

use std::path::Path;

use crate::desk::documents;
use crate::failure::Failure;
pub use stage::Narrator;
use stage::Stage;

/// The seed of the sample county: the same people on every machine.
pub const SEED: u64 = 20_201_008;

/// Plays October and November 2020 in a folder that does not exist yet.
///
/// # Errors
/// The folder holds a ledger already, or the machine fails. A rule that says no would be a fault of this program.
pub fn play(
    dir: &Path,
    acknowledgements: Option<&Path>,
    narrator: &mut dyn Narrator,
) -> Result<(), Failure> {
    let mut stage = Stage::set(dir, acknowledgements, narrator)?;
    setting::policies(&mut stage)?;
    setting::funds(&mut stage)?;
    setting::people(&mut stage)?;
    care::home(&mut stage)?;
    october::play(&mut stage)?;
    november::play(&mut stage)?;
    stage.desk.checkpoint()?;
    let written = documents::journal(&stage.desk, &dir.join("out"))?;
    stage.tell(&format!("凭证日记账和发放明细已导出：{}份", written.len()));
    Ok(())
}
