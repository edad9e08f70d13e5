//! Pages: their names and types, and the names of their widgets.

use crate::check::document::{finding, inner, place_of, text};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};

use super::model::{Dashboard, Page, repeated};

/// lakeview-genie-alerts.md A3.
const KEYS: [&str; 5] = ["name", "displayName", "layout", "pageType", "layoutVersion"];
/// lakeview-genie-alerts.md A3.
/// Older exports have the enumeration's zero.
const TYPES: [&str; 3] = ["PAGE_TYPE_CANVAS", "PAGE_TYPE_GLOBAL_FILTERS", "PAGE_TYPE_UNSPECIFIED"];

pub(super) fn check(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    let named = dashboard.pages.iter().filter_map(|page| Some((text(page.node, "name")?, place_of(page.node, "name"))));
    for (name, place, first) in repeated(named) {
        let found = finding(false, Code::DASHBOARD_PAGE, format!("two pages have the name `{name}`"), place);
        out.push(found.related(first, "the first"));
    }
    let mut globals = dashboard.pages.iter().filter(|page| page.is_global());
    if let (Some(first), Some(second)) = (globals.next(), globals.next()) {
        let message = "a second page of filters for all pages".to_string();
        let found = finding(false, Code::DASHBOARD_PAGE, message, place_of(second.node, "pageType"));
        out.push(found.related(place_of(first.node, "pageType"), "the first"));
    }
    dashboard.pages.iter().for_each(|page| self::page(page, out));
}

fn page(page: &Page<'_>, out: &mut Diagnostics) {
    for entry in page.node.as_map().unwrap_or_default().iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        // Pages of exports have keys that no list has; only a slip of a known one is worth a word.
        if let Some(near) = did_you_mean(&entry.key, KEYS) {
            let message = format!("the key `{}` is not known in a page and is ignored", entry.key);
            let found = Diagnostic::warning(Code::DASHBOARD_KEY, message).at(entry.key_location.clone());
            out.push(found.hint(format!("did you mean `{near}`?")));
        }
    }
    let mut warn = |message: String, place| out.push(finding(false, Code::DASHBOARD_PAGE, message, place));
    if text(page.node, "name").is_none_or(str::is_empty) {
        warn("the page has no name".to_string(), inner(page.node));
    }
    if let Some(kind) = text(page.node, "pageType").filter(|kind| !TYPES.contains(kind)) {
        let message = format!("the page type `{kind}` is not known");
        let found = finding(false, Code::DASHBOARD_PAGE, message, place_of(page.node, "pageType"));
        out.push(found.suggest(kind, TYPES));
    } else if page.is_global() {
        for widget in page.widgets.iter().filter(|widget| !widget.is_filter() && !widget.kind.is_empty()) {
            warn(format!("{} is no filter, and stands on the page of filters", widget.called()), widget.place());
        }
    }
    let names = page.widgets.iter().filter(|widget| !widget.name.is_empty());
    for (name, place, first) in repeated(names.map(|widget| (widget.name, widget.place()))) {
        let message = format!("two widgets of the page have the name `{name}`");
        out.push(Diagnostic::error(Code::DASHBOARD_DUPLICATE, message).at(place).related(first, "the first"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    #[test]
    fn pages_have_names_of_their_own() {
        assert_finds(r#"{"pages": [{"layout": []}]}"#, "LS610 warning", r#"{"layout": []}"#, "the page has no name");
        let two = r#"{"pages": [{"name": "a"}, {"name": "a"}]}"#;
        assert_finds(two, "LS610 warning", "a", "two pages have the name `a`");
        assert_clean(r#"{"pages": [{"name": "a"}, {"name": "b"}]}"#, "LS610");
    }

    #[test]
    fn slips_of_known_keys() {
        let text = r#"{"pages": [{"name": "a", "layoutVersions": "GRID_V1"}]}"#;
        assert_finds(text, "LS632 warning", "\"layoutVersions\"", "the key `layoutVersions` is not known in a page");
        assert_clean(r#"{"pages": [{"name": "a", "anything": 1}]}"#, "LS632");
    }

    #[test]
    fn page_types_are_known() {
        let text = r#"{"pages": [{"name": "a", "pageType": "PAGE_TYPE_CANVS"}]}"#;
        assert_finds(text, "LS610 warning", "PAGE_TYPE_CANVS", "the page type `PAGE_TYPE_CANVS` is not known");
        let chart = r#"{"widget": {"name": "w", "spec": {"widgetType": "bar", "version": 3}}}"#;
        let text =
            format!(r#"{{"pages": [{{"name": "a", "pageType": "PAGE_TYPE_GLOBAL_FILTERS", "layout": [{chart}]}}]}}"#);
        assert_finds(&text, "LS610 warning", "w", "is no filter");
    }

    #[test]
    fn widgets_of_a_page_have_names_of_their_own() {
        // A15b, E13: the same name on two pages of one file is in real exports.
        let widget =
            r#"{"widget": {"name": "w", "textbox_spec": "x"}, "position": {"x": 0, "y": 0, "width": 1, "height": 1}}"#;
        let text = format!(r#"{{"pages": [{{"name": "a", "layout": [{widget}, {widget}]}}]}}"#);
        assert_finds(&text, "LS609 error", "w", "two widgets of the page have the name `w`");
        let text =
            format!(r#"{{"pages": [{{"name": "a", "layout": [{widget}]}}, {{"name": "b", "layout": [{widget}]}}]}}"#);
        assert_clean(&text, "LS609");
    }
}
