/// Colours for a terminal, or none.
#[derive(Clone, Copy, Debug)]
pub struct Paint(pub bool);

impl Paint {
    /// What must catch the eye.
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What may be overlooked.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// Something bad.
    pub fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// Something doubtful.
    pub fn doubtful(self, text: &str) -> String {
        self.with("1;33", text)
    }

    /// Something good.
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
