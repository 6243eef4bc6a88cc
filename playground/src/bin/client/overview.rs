//! What the server is, and what can be typed.

use rmcp::model::ServerPeerInfo;

use crate::command::USAGES;
use crate::style::{Style, one_line};

pub(crate) fn info(server: &ServerPeerInfo, style: Style) -> String {
    let mut rows = Vec::new();
    if let Some(implementation) = &server.server_info {
        let title = implementation.title.as_deref().map(|title| format!(" ({title})")).unwrap_or_default();
        rows.push(("server", format!("{} {}{title}", implementation.name, implementation.version)));
        rows.extend(implementation.description.as_deref().map(|text| ("about", one_line(text))));
        rows.extend(implementation.website_url.clone().map(|url| ("website", url)));
    }
    let manner = if server.protocol_version.has_initialize() { "session" } else { "stateless" };
    rows.push(("protocol", format!("{} ({manner})", server.protocol_version)));
    let capabilities = serde_json::to_value(&server.capabilities).unwrap_or_default();
    let offered: Vec<&str> = capabilities.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    rows.push(("offers", if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") }));
    rows.extend(server.instructions.as_deref().map(|text| ("says", text.trim().replace('\n', "\n          "))));
    let lines =
        rows.iter().map(|(name, value)| format!("{}{}\n", style.bold(&format!("{name:10}")), style.foreign(value)));
    lines.collect()
}

pub(crate) fn help(style: Style) -> String {
    let typed = |word: &str, operands: &str| format!("{word} {operands}").trim_end().to_owned();
    let width = USAGES.iter().map(|usage| typed(usage.word, usage.operands).len()).max().unwrap_or_default();
    let lines = USAGES.iter().map(|usage| {
        let padding = width - typed(usage.word, usage.operands).len();
        let typed = typed(&style.bold(usage.word), usage.operands);
        format!("{typed}{:padding$}  {}\n", "", usage.purpose)
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use rmcp::model::{Implementation, ProtocolVersion, ServerCapabilities};

    use super::*;

    #[test]
    fn help_knows_every_command() {
        let text = help(Style::default());
        assert!(text.starts_with("tools             list the tools"), "{text}");
        assert_eq!(text.lines().count(), USAGES.len());
    }

    #[test]
    fn info_says_who_and_how() {
        let server = ServerPeerInfo::new(ProtocolVersion::V_2025_11_25, ServerCapabilities::default())
            .with_server_info(Implementation::new("calc", "1.0").with_title("Calculator"))
            .with_instructions("Be kind.\nBe brief.");
        let expected = "\
server    calc 1.0 (Calculator)
protocol  2025-11-25 (session)
offers    nothing
says      Be kind.
          Be brief.
";
        assert_eq!(info(&server, Style::default()), expected);
    }
}
