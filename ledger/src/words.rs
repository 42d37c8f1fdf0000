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

/// Reads and writes a type as the text that its `Display` and `FromStr` stand for, without a `String` in between.
macro_rules! text_serde {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::words::Text(std::marker::PhantomData))
            }
        }
    };
}

/// Reads a text by its type's `FromStr`.
pub(crate) struct Text<T>(pub(crate) std::marker::PhantomData<T>);

impl<T> serde::de::Visitor<'_> for Text<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

pub(crate) use {text_serde, words};
