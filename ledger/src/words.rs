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

/// As [`text_serde`] in documents that people read; in others, the bytes that the type is made of.
macro_rules! text_or_bytes_serde {
    ($name:ident, $length:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    return deserializer
                        .deserialize_str($crate::words::Text(std::marker::PhantomData));
                }
                deserializer.deserialize_bytes($crate::words::Bytes::<$length>).map($name)
            }
        }
    };
}

/// Reads exactly so many bytes.
pub(crate) struct Bytes<const N: usize>;

impl<const N: usize> serde::de::Visitor<'_> for Bytes<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }
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

pub(crate) use {text_or_bytes_serde, text_serde, words};
