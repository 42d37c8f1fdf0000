//! In what a line can differ from the payment it names, and why a person must look at it.

/// One thing in which a line differs from the payment it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// Another instructed amount.
    Amount,
    /// Another account.
    Account,
    /// Another name.
    Name,
    /// A settled amount that does not go with the verdict: more than instructed, or something on a failure.
    SettledAmount,
    /// The bank's words say otherwise than its verdict: a success with a reason for a failure, a failure that succeeded.
    Words,
    /// What stands in the place of our reference is of its length and is none.
    Reference,
}

impl Difference {
    /// Each of them, in the order in which they are told.
    pub const ALL: [Difference; 6] = [
        Difference::Amount,
        Difference::Account,
        Difference::Name,
        Difference::SettledAmount,
        Difference::Words,
        Difference::Reference,
    ];

    /// The Chinese term.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Difference::Amount => "金额",
            Difference::Account => "账号",
            Difference::Name => "户名",
            Difference::SettledAmount => "实处理金额",
            Difference::Words => "处理结果与说明",
            Difference::Reference => "行引用",
        }
    }
}

/// In what a line differs from the payment it names: a bit each, because a million lines differ in nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Differences(u8);

impl Differences {
    /// True if the line agrees in every part.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many they are.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// True if this is one of them.
    #[must_use]
    pub const fn contains(self, difference: Difference) -> bool {
        self.0 & (1 << (difference as u8)) != 0
    }

    /// The differences, in the order of [`Difference::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Difference> {
        Difference::ALL.into_iter().filter(move |difference| self.contains(*difference))
    }
}

impl FromIterator<Difference> for Differences {
    fn from_iter<I: IntoIterator<Item = Difference>>(differences: I) -> Differences {
        let with = |bits, difference| bits | (1 << (difference as u8));
        Differences(differences.into_iter().fold(0, with))
    }
}

impl std::fmt::Debug for Differences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
