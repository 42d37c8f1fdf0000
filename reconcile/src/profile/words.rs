//! Closed lists of words: an enum, its words in profiles, and reading it from its word, in one place.

/// Makes an enum that profiles write as one of a closed list of words.
macro_rules! closed_words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$meta])*
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Every word, in the order of the manual.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word in profiles.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                match word.as_str() {
                    $($word => Ok($name::$variant),)*
                    _ => Err(serde::de::Error::custom(format!("应为{}之一", $name::WORDS.join("、")))),
                }
            }
        }
    };
}

pub(super) use closed_words;
