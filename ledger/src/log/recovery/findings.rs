//! What a scrub finds, one code per kind of damage, with the entries it concerns.

/// Entries from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl Stretch {
    /// How many entries.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.last - self.first + 1
    }

    /// Adds an entry behind the others, to the last stretch where it follows it.
    pub(super) fn add(stretches: &mut Vec<Stretch>, entry: u64) {
        match stretches.last_mut() {
            Some(open) if open.last + 1 == entry => open.last = entry,
            Some(_) | None => stretches.push(Stretch { first: entry, last: entry }),
        }
    }
}

/// Stretches as a person reads them.
#[must_use]
pub fn stretches(all: &[Stretch]) -> String {
    let one = |stretch: &Stretch| match stretch {
        Stretch { first, last } if first == last => format!("第{first}条"),
        Stretch { first, last } => format!("第{first}至{last}条（{}条）", stretch.count()),
    };
    all.iter().map(one).collect::<Vec<_>>().join("、")
}

macro_rules! finding_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)*) => {
        /// What kind of damage. Codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $($(#[$doc])* $variant,)*
        }

        impl FindingCode {
            /// Every code with its text, for the list of errors in the manual.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($code, $text)),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(FindingCode::$variant => $code),* }
            }

            /// What it is and what to do, in Chinese.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(FindingCode::$variant => $text),* }
            }
        }
    };
}

finding_codes! {
    /// The store does not open.
    StoreUnreadable = "scrub.store_unreadable", "日志存储打不开。请运行 doudi repair --dir 台账目录 --from 副本，由副本重建";
    /// The head cannot be read.
    Head = "scrub.head", "日志头损坏或缺失。请运行 doudi repair --dir 台账目录 --from 副本";
    /// Entries are not there.
    Missing = "scrub.missing", "条目缺失。请运行 doudi repair --dir 台账目录 --from 副本";
    /// Entries are there and cannot be read.
    Unreadable = "scrub.unreadable", "条目读不出来。请运行 doudi repair --dir 台账目录 --from 副本";
    /// Entries and the tree over them disagree.
    Differs = "scrub.differs", "条目与其上的默克尔树不符，其中有被改动的。请运行 doudi repair --dir 台账目录 --from 副本";
    /// A node of the tree is missing, unreadable or wrong.
    Node = "scrub.node", "默克尔树节点缺失或损坏。请运行 doudi repair --dir 台账目录 --from 副本";
    /// An id is missing, unreadable or wrong.
    Id = "scrub.id", "动作编号的索引缺失或损坏。请运行 doudi repair --dir 台账目录 --from 副本";
    /// The root over all entries is not the head's.
    Root = "scrub.root", "全部条目的根与日志头不符。请运行 doudi repair --dir 台账目录 --from 副本";
    /// Entries or nodes beyond the head.
    Beyond = "scrub.beyond", "日志头之外还有多余的内容。请运行 doudi repair --dir 台账目录 --from 副本";
    /// The newest entries that callers were answered for are not there.
    Acknowledged = "scrub.acknowledged", "最近已确认入账的条目不见了：磁盘损坏丢失了日志的末尾。请运行 doudi repair --dir 台账目录 --from 副本；副本里也没有的，须由经办人员重新提交";
    /// last-signed is missing, unreadable, or not of this history.
    LastSigned = "scrub.last_signed", "存证头 last-signed 缺失、损坏或与日志不符。请先核对副本，再运行 doudi repair --dir 台账目录 --from 副本";
}

/// One stretch of damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// The entries it concerns, where it concerns entries.
    pub entries: Option<Stretch>,
    /// The facts.
    pub detail: String,
}
