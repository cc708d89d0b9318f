//! Pages that hold scripts beside other text (`.vue`, `.svelte`): all but the scripts is blanked out byte by byte, so that
//! every place in what remains is its place in the file.

/// What is known of the scripts of a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The text with everything blank that is no script; line ends stay.
    pub text: String,
    /// The `lang` that a script names: `ts`, `tsx`; empty where none does.
    pub lang: String,
    /// Whether the scripts run once for each instance of the component, as all do but those that say otherwise.
    pub per_instance: bool,
}

/// Reads the scripts of a page. What is commented out is no script, and one that never ends reaches to the end. `instances`
/// says that a script runs for each instance unless it says otherwise, and not only if it says so.
pub fn read(text: &str, instances: bool) -> Page {
    let mut kept: Vec<u8> = text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' }).collect();
    let lower = text.to_ascii_lowercase();
    let (mut lang, mut plain, mut setup) = (String::new(), false, false);
    let mut at = 0;
    while let Some(start) = next_script(&lower, at) {
        let Some(open) = lower[start..].find('>').map(|end| start + end) else { break };
        let attributes = &text[start + "<script".len()..open];
        let end = lower[open..].find("</script").map_or(text.len(), |end| open + end);
        at = end;
        let module = attributes.contains("context=\"module\"") || attributes.split_whitespace().any(|word| word == "module");
        let instance = attributes.split_whitespace().any(|word| word == "setup") || instances && !module;
        plain |= module;
        setup |= instance;
        if let Some(own) = attribute(attributes, "lang") {
            own.clone_into(&mut lang);
        }
        if !attributes.trim_end().ends_with('/') {
            kept[open + 1..end].copy_from_slice(&text.as_bytes()[open + 1..end]);
        }
    }
    let text = String::from_utf8(kept).unwrap_or_default();
    Page { text, lang, per_instance: setup || instances && !plain }
}

/// Where the next script begins that is not commented out.
fn next_script(lower: &str, mut at: usize) -> Option<usize> {
    loop {
        let script = lower[at..].find("<script").map(|found| at + found)?;
        let comment = lower[at..script].find("<!--").map(|found| at + found);
        match comment {
            None => return Some(script),
            Some(comment) => at = lower[comment..].find("-->").map(|end| comment + end)?,
        }
    }
}

/// The value of an attribute, with or without quotes.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let own = attributes.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
    Some(own.trim_matches(['"', '\'', '/']))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn only_scripts_remain_and_stay_where_they_are() {
        let page = "<template>\n <p>é {{ a }}</p>\n</template>\n<!-- <script>no()</script> -->\n<script lang=\"ts\" setup>\nconst a = 1;\n</script>\n<style>b{}</style>";
        let read = read(page, true);
        assert_eq!((read.text.len(), read.text.trim(), read.lang.as_str()), (page.len(), "const a = 1;", "ts"));
        assert_eq!(read.text.find("const"), page.find("const"));
        assert_eq!(read.text.lines().count(), page.lines().count());
        assert!(read.per_instance);
    }

    #[test]
    fn broken_pages_are_read_as_far_as_they_go() {
        for page in ["<script", "<script>a", "<!-- <script>a", "<script>a</script", "</script><script/>", "<script>é"] {
            assert_eq!(read(page, true).text.len(), page.len(), "{page}");
        }
        assert!(!read("<script module>a</script>", true).per_instance);
        assert!(!read("<script>a</script>", false).per_instance && read("<script setup>a</script>", false).per_instance);
    }
}
