//! Who sees what: one table, by the roles that the log gives to a person, and areas. Who does what is the laws' and the rules' business.

mod area;

use ledger::act::offices::Role;
use ledger::books::Books;
use ledger::ids::OfficerId;

pub use area::Area;

use crate::failure::Failure;

/// True if a person is in office and the post carries the role.
#[must_use]
pub fn holds(books: &Books, officer: OfficerId, role: Role) -> bool {
    let known = books.offices.officers.get(&officer);
    known.is_some_and(|known| known.in_office && known.roles.contains(&role))
}

/// What is not for everybody who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Payees of a roster with masked names and numbers.
    Payees,
    /// A payment file with whole names and account numbers.
    PaymentFile,
    /// A household with masked names and numbers, and who is found by a document's number.
    Household,
    /// Names and numbers of persons in plain.
    Plain,
    /// Who read personal fields.
    Readings,
}

impl Sight {
    /// The roles that see it. An inspector sees everything; every reading is recorded.
    const fn roles(self) -> &'static [Role] {
        match self {
            Sight::Payees => &[
                Role::Inspector,
                Role::Registrar,
                Role::AccountApprover,
                Role::CountyConfirmer,
                Role::RosterMaker,
                Role::RosterChecker,
                Role::FinanceReviewer,
                Role::RosterApprover,
                Role::Payer,
                Role::Reconciler,
                Role::Supervisor,
                Role::Accountant,
            ],
            Sight::PaymentFile => &[Role::Inspector, Role::Payer, Role::Reconciler],
            Sight::Household => &[
                Role::Inspector,
                Role::Registrar,
                Role::AccountApprover,
                Role::Surveyor,
                Role::TownReviewer,
                Role::CountyConfirmer,
                Role::Supervisor,
            ],
            Sight::Plain | Sight::Readings => &[Role::Inspector],
        }
    }

    /// True if that person sees it.
    #[must_use]
    pub fn is_for(self, books: &Books, officer: OfficerId) -> bool {
        self.roles().iter().any(|role| holds(books, officer, *role))
    }

    /// Refuses who does not see it.
    ///
    /// # Errors
    /// `sight.not_yours`, with the roles that do.
    pub fn demand(self, books: &Books, officer: OfficerId) -> Result<(), Failure> {
        if self.is_for(books, officer) {
            return Ok(());
        }
        let roles: Vec<&str> = self.roles().iter().map(|role| role.chinese()).collect();
        let text = format!("这些内容只给{}岗位查看，没有打开。", roles.join("、"));
        Err(Failure::refused("sight.not_yours", text))
    }
}
