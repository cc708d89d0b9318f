use super::raw::Config;
use crate::rules::RuleSet;
use serde_json::{Value, json};

/// The JSON schema of a configuration, for editors: they complete the names of the rules that are known, and where no
/// folder with the user's own rules is named, they refuse others.
pub fn schema(known: &RuleSet) -> String {
    let ids: Vec<&str> = known.iter().map(|rule| rule.id.as_str()).collect();
    let mut schema = schemars::schema_for!(Config).to_value();
    schema["title"] = "watertight.toml".into();
    let docs: Vec<&str> = known.iter().map(|rule| rule.summary.as_str()).collect();
    let builtin = json!({ "enum": ids, "markdownEnumDescriptions": docs });
    let own = json!({ "type": "string", "description": "A rule of your own, from the folder that `rules` names." });
    schema["$defs"]["RuleName"] = json!({ "description": "The name of a rule.", "anyOf": [builtin, own] });
    schema["$defs"]["BuiltinRule"] = builtin;
    let name = json!({ "$ref": "#/$defs/RuleName" });
    let or_all = json!({ "anyOf": [{ "const": "all", "description": "Every rule." }, name] });
    let properties = &mut schema["properties"];
    for list in ["select", "ignore"] {
        properties[list]["items"] = name.clone();
    }
    properties["per-file-ignores"]["additionalProperties"]["items"] = or_all;
    let one = properties["rule"]["additionalProperties"].clone();
    let each = known.iter().map(|rule| {
        let mut own = one.clone();
        own["description"] = rule.summary.clone().into();
        (rule.id.clone(), own)
    });
    properties["rule"]["properties"] = Value::Object(each.collect());
    for entry in schema["$defs"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        if entry["properties"]["rule"].is_object() {
            entry["properties"]["rule"] = json!({ "description": "The rule it is for.", "$ref": "#/$defs/RuleName" });
        }
    }
    schema["if"] = json!({ "not": { "required": ["rules"] } });
    schema["then"] = strict();
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// What holds where there can be no rules but the built-in ones.
fn strict() -> Value {
    let name = json!({ "$ref": "#/$defs/BuiltinRule" });
    let or_all = json!({ "anyOf": [{ "const": "all" }, name] });
    json!({ "properties": {
        "select": { "items": name },
        "ignore": { "items": name },
        "per-file-ignores": { "additionalProperties": { "items": or_all } },
        "rule": { "propertyNames": name },
    } })
}
