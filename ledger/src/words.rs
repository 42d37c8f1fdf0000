//! One macro for closed lists of words: an enum whose variants each have a stable word and a Chinese term.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $zh:literal;)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word, in the order of the format.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as the log carries it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The Chinese term.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $($name::$variant => $zh),* }
            }
        }
    };
}

pub(crate) use words;
