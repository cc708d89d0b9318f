use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// An entry of a vocabulary, written as in a rule's own file, with what that file would say by its place: for which rule
/// and for which language it is.
#[derive(Debug)]
pub struct Own<T> {
    /// The rule; those that have such entries when absent.
    pub rule: Option<String>,
    /// The languages; all that the rule knows when absent.
    pub language: Option<Languages>,
    /// The entry.
    pub entry: T,
}

/// One language or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected the name of a language, or a list of such names")]
pub enum Languages {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Languages {
    /// Their ids.
    pub fn ids(&self) -> &[String] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Several(ids) => ids,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Own<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entry(PhantomData))
    }
}

struct Entry<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entry<T> {
    type Value = Own<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Own<T>, A::Error> {
        let (mut rule, mut language) = (None, None);
        let rest = Rest { map, rule: &mut rule, language: &mut language };
        let entry = T::deserialize(MapAccessDeserializer::new(rest))?;
        Ok(Own { rule, language, entry })
    }
}

/// The keys of a table besides `rule` and `language`, which are kept. (`serde(flatten)` would do the same, but neither
/// refuse unknown keys nor keep the places of mistakes.)
struct Rest<'a, A> {
    map: A,
    rule: &'a mut Option<String>,
    language: &'a mut Option<Languages>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            match key.as_str() {
                "rule" => *self.rule = Some(self.map.next_value()?),
                "language" => *self.language = Some(self.map.next_value()?),
                _ => {
                    return seed
                        .deserialize(IntoDeserializer::<de::value::Error>::into_deserializer(key))
                        .map(Some)
                        .map_err(de::Error::custom);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

impl<T: JsonSchema> JsonSchema for Own<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Own{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let rule = serde_json::json!({ "type": "string", "description": "The rule it is for." });
        let mut language = generator.subschema_for::<Languages>().to_value();
        language["description"] = "The languages it is for; all that the rule knows when absent.".into();
        if let Some(properties) = schema.get_mut("properties").and_then(|properties| properties.as_object_mut()) {
            properties.insert("rule".to_owned(), rule);
            properties.insert("language".to_owned(), language);
        }
        schema
    }
}

/// A table, where serde would take a list of values in the order of the fields as well.
#[derive(Debug)]
pub struct Only<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Only<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Table(PhantomData))
    }
}

struct Table<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
    type Value = Only<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Only<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Only)
    }
}
