//! A headless browser that keeps cookies, follows redirects and fills in forms.

use tests::harness::{Request, Response, fetch};
use url::{Url, form_urlencoded};

/// Upper bound for the pages of a login.
const MOST_PAGES: usize = 12;

/// A browser of a user whose password is the user name.
pub(crate) struct Browser {
    user: String,
    cookies: Vec<Cookie>,
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Browser {
    pub(crate) fn of(user: &str) -> Self {
        Self { user: user.to_owned(), cookies: Vec::new() }
    }

    /// Opens `url` and submits every form until a page redirects to `end`. Returns the full target.
    pub(crate) async fn open(&mut self, url: Url, end: &str) -> Url {
        let mut at = url;
        let mut form = None;
        for _ in 0..MOST_PAGES {
            let mut page = self.load(&at, form.take()).await;
            if (300..400).contains(&page.status) {
                at = at.join(page.header("location").unwrap_or_default()).expect("the target of a redirect");
                if at.as_str().starts_with(end) {
                    return at;
                }
            } else {
                let text = page.text().await;
                let (action, fields) = self.fill_in(&text).unwrap_or_else(|| panic!("no form at {at}: {text}"));
                at = at.join(&action).expect("the target of a form");
                form = Some(fields);
            }
        }
        panic!("the login does not end: last page {at}");
    }

    async fn load(&mut self, url: &Url, form: Option<String>) -> Response {
        let request = form.map_or_else(|| Request::new("GET"), Request::form);
        let sent = self.cookies.iter().filter(|cookie| url.path().starts_with(&cookie.path));
        let sent: Vec<String> = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let page = fetch(url.as_str(), request.header("Cookie", sent.join("; "))).await;
        for cookie in page.header_values("set-cookie") {
            self.keep(cookie);
        }
        page
    }

    /// Stores a cookie with its path, since a login uses several paths. There is one host, and
    /// nothing expires in time.
    fn keep(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("name=value");
        let path = parts
            .find_map(|part| part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("path")))
            .map_or("/", |(_, path)| path);
        self.cookies.retain(|cookie| cookie.name != name || cookie.path != path);
        if !value.is_empty() {
            self.cookies.push(Cookie { name: name.to_owned(), value: value.to_owned(), path: path.to_owned() });
        }
    }

    /// Target and fields of the form on a page: hidden fields unchanged, the others with the name
    /// of the user.
    fn fill_in(&self, page: &str) -> Option<(String, String)> {
        let form = &page[page.find("<form")?..];
        let action = attribute(form, "action")?;
        let mut fields = form_urlencoded::Serializer::new(String::new());
        for input in form.split("<input").skip(1) {
            let Some(name) = attribute(input, "name") else { continue };
            match attribute(input, "type").as_deref() {
                Some("hidden") => fields.append_pair(&name, &attribute(input, "value").unwrap_or_default()),
                Some("text" | "password") => fields.append_pair(&name, &self.user),
                _ => continue,
            };
        }
        Some((action, fields.finish()))
    }
}

/// Attribute of the first tag in `html`.
fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = &html[..html.find('>')?];
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&amp;", "&"))
}
