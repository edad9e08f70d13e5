//! Where widgets stand: inside the grid, and not on each other (lakeview-genie-alerts.md A3, A15b E14).

use crate::check::document::{finding, inner, place_of, text};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::Node;

use super::model::{Dashboard, Page, Widget};

const COLUMNS: i64 = 12;
const LEGACY_COLUMNS: i64 = 6;

#[derive(Clone, Copy)]
struct Area {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

pub(super) fn check(dashboard: &Dashboard<'_>, out: &mut Diagnostics) {
    for page in &dashboard.pages {
        // Filters of all pages stand in a bar of their own, whatever their positions.
        if !page.is_global() {
            self::page(page, out);
        }
    }
}

fn page(page: &Page<'_>, out: &mut Diagnostics) {
    let legacy = match text(page.node, "layoutVersion") {
        None => true,
        Some("GRID_V1") => false,
        Some(other) => {
            let message = format!("the layout version `{other}` is not known");
            out.push(finding(false, Code::DASHBOARD_LAYOUT, message, place_of(page.node, "layoutVersion")));
            return;
        }
    };
    let mut placed: Vec<(Area, &Widget<'_>)> = Vec::new();
    // Pages that were made by programs lay out in 12 columns and forget to say so: one word a page.
    let mut said = false;
    for widget in &page.widgets {
        let Some(position) = widget.item.get("position") else {
            out.push(finding(
                false,
                Code::DASHBOARD_LAYOUT,
                format!("{} has no position", widget.called()),
                widget.place(),
            ));
            continue;
        };
        let Some(area) = Area::of(position) else {
            let message = format!("the position of {} needs `x`, `y`, `width` and `height`", widget.called());
            out.push(finding(false, Code::DASHBOARD_LAYOUT, message, inner(position)));
            continue;
        };
        if let Some(key) = area.negative() {
            let message = format!("{} has an impossible `{key}`", widget.called());
            out.push(finding(false, Code::DASHBOARD_LAYOUT, message, place_of(position, key)));
            continue;
        }
        let end = area.x.saturating_add(area.width);
        let place = place_of(position, "width");
        if end > COLUMNS {
            let message = format!("{} reaches column {end} of a page with {COLUMNS}", widget.called());
            out.push(finding(false, Code::DASHBOARD_LAYOUT, message, place));
        } else if legacy && end > LEGACY_COLUMNS && !said {
            said = true;
            let message = format!(
                "{} reaches column {end}, and a page without `layoutVersion` has {LEGACY_COLUMNS}",
                widget.called()
            );
            let hint = format!("`\"layoutVersion\": \"GRID_V1\"` gives the page {COLUMNS} columns");
            out.push(finding(false, Code::DASHBOARD_LAYOUT, message, place).hint(hint));
        }
        if let Some((_, other)) = placed.iter().find(|(other, _)| other.overlaps(area)) {
            let message = format!("{} lies over {}", widget.called(), other.called());
            let found = finding(false, Code::DASHBOARD_OVERLAP, message, inner(position));
            let first = other.item.get("position").map_or_else(|| other.place(), inner);
            out.push(found.related(first, "the other's position"));
        }
        placed.push((area, widget));
    }
}

impl Area {
    fn of(position: &Node) -> Option<Self> {
        let number = |key: &str| position.get(key)?.as_i64();
        Some(Self { x: number("x")?, y: number("y")?, width: number("width")?, height: number("height")? })
    }

    fn negative(self) -> Option<&'static str> {
        match self {
            Self { x: ..0, .. } => Some("x"),
            Self { y: ..0, .. } => Some("y"),
            Self { width: ..1, .. } => Some("width"),
            Self { height: ..1, .. } => Some("height"),
            _ => None,
        }
    }

    fn overlaps(self, other: Self) -> bool {
        let meet =
            |a: i64, length: i64, b: i64, other: i64| a < b.saturating_add(other) && b < a.saturating_add(length);
        meet(self.x, self.width, other.x, other.width) && meet(self.y, self.height, other.y, other.height)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_clean, assert_finds};

    fn page(version: &str, positions: &[(i64, i64, i64, i64)]) -> String {
        let widgets = positions.iter().enumerate().map(|(at, (x, y, width, height))| {
            format!(
                r#"{{"widget": {{"name": "w{at}", "textbox_spec": "x"}}, "position": {{"x": {x}, "y": {y}, "width": {width}, "height": {height}}}}}"#
            )
        });
        let widgets: Vec<String> = widgets.collect();
        format!(r#"{{"pages": [{{"name": "p", {version}"layout": [{}]}}]}}"#, widgets.join(", "))
    }

    const GRID: &str = r#""layoutVersion": "GRID_V1", "#;

    #[test]
    fn widgets_stand_inside_the_grid() {
        assert_clean(&page(GRID, &[(0, 0, 6, 3), (6, 0, 6, 3)]), "LS620");
        assert_finds(&page(GRID, &[(8, 0, 6, 3)]), "LS620 warning", "6", "reaches column 14 of a page with 12");
        assert_finds(&page(GRID, &[(-1, 0, 6, 3)]), "LS620 warning", "-1", "has an impossible `x`");
        assert_finds(&page(GRID, &[(0, 0, 4, 0)]), "LS620 warning", "0", "has an impossible `height`");
    }

    /// A3: six columns where no version is said; A15b: programs forget it.
    #[test]
    fn old_pages_have_six_columns() {
        assert_clean(&page("", &[(0, 0, 3, 3), (3, 0, 3, 3)]), "LS620");
        assert_finds(&page("", &[(4, 0, 8, 3)]), "LS620 warning", "8", "a page without `layoutVersion` has 6");
    }

    #[test]
    fn widgets_lie_side_by_side() {
        let text = page(GRID, &[(0, 0, 6, 3), (5, 2, 6, 3)]);
        assert_finds(
            &text,
            "LS621 warning",
            r#"{"x": 5, "y": 2, "width": 6, "height": 3}"#,
            "lies over the widget `w0`",
        );
        assert_clean(&page(GRID, &[(0, 0, 6, 3), (6, 2, 6, 3), (0, 3, 6, 3)]), "LS621");
    }
}
