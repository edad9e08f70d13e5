//! A dashboard as the rules see it: borrowed from its JSON, with what is absent left out.

use std::collections::BTreeMap;

use crate::catalog::ColumnInfo;
use crate::check::document::{items, text};
use crate::check::{Embedded, Outputs};
use crate::diag::Location;
use crate::project::yaml::Node;

use super::sql;

pub(super) struct Dashboard<'d> {
    pub(super) root: &'d Node,
    pub(super) datasets: Vec<Dataset<'d>>,
    pub(super) pages: Vec<Page<'d>>,
}

pub(super) struct Dataset<'d> {
    pub(super) node: &'d Node,
    pub(super) name: &'d str,
    pub(super) sql: Option<Embedded>,
    /// What the query gives; `None` where it is not known.
    pub(super) columns: Option<Vec<ColumnInfo>>,
    pub(super) parameters: Vec<Parameter<'d>>,
    /// Calculated columns of the dataset itself: (name, expression).
    pub(super) own: Vec<(&'d str, &'d Node)>,
}

#[derive(Clone, Copy)]
pub(super) struct Parameter<'d> {
    pub(super) node: &'d Node,
    pub(super) keyword: &'d str,
    pub(super) data_type: Option<&'d str>,
    /// `RANGE` or `MULTI`.
    pub(super) complex: Option<&'d str>,
}

pub(super) struct Page<'d> {
    pub(super) node: &'d Node,
    pub(super) widgets: Vec<Widget<'d>>,
}

pub(super) struct Widget<'d> {
    /// The item of the layout: the widget and its position.
    pub(super) item: &'d Node,
    pub(super) node: &'d Node,
    pub(super) name: &'d str,
    pub(super) spec: Option<&'d Node>,
    /// `widgetType`; empty for a text.
    pub(super) kind: &'d str,
    pub(super) queries: Vec<WidgetQuery<'d>>,
}

pub(super) struct WidgetQuery<'d> {
    pub(super) named: &'d Node,
    pub(super) name: &'d str,
    pub(super) query: &'d Node,
    pub(super) dataset: Option<&'d Node>,
    pub(super) fields: Vec<Field<'d>>,
}

#[derive(Clone, Copy)]
pub(super) struct Field<'d> {
    pub(super) name: &'d str,
    pub(super) expression: &'d Node,
}

impl<'d> Dashboard<'d> {
    pub(super) fn of(root: &'d Node, outputs: &Outputs) -> Self {
        let datasets = items(root, "datasets").iter().filter_map(|node| Dataset::of(node, outputs)).collect();
        Self { root, datasets, pages: items(root, "pages").iter().map(Page::of).collect() }
    }

    pub(super) fn widgets(&self) -> impl Iterator<Item = &Widget<'d>> {
        self.pages.iter().flat_map(|page| &page.widgets)
    }

    pub(super) fn dataset(&self, name: &str) -> Option<&Dataset<'d>> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }

    /// The dataset that a query reads, if there is one.
    pub(super) fn read_by(&self, query: &WidgetQuery<'_>) -> Option<&Dataset<'d>> {
        self.dataset(query.dataset?.as_str()?)
    }

    pub(super) fn dataset_names(&self) -> impl Iterator<Item = &'d str> {
        self.datasets.iter().map(|dataset| dataset.name)
    }
}

impl<'d> Dataset<'d> {
    fn of(node: &'d Node, outputs: &Outputs) -> Option<Self> {
        let name = text(node, "name")?;
        let own = items(node, "columns").iter();
        Some(Self {
            node,
            name,
            sql: sql::of(node),
            columns: outputs.get(name).cloned().flatten(),
            parameters: items(node, "parameters").iter().filter_map(Parameter::of).collect(),
            own: own.filter_map(|column| Some((text(column, "displayName")?, column.get("expression")?))).collect(),
        })
    }

    pub(super) fn parameter(&self, keyword: &str) -> Option<Parameter<'d>> {
        self.parameters.iter().find(|parameter| parameter.keyword == keyword).copied()
    }

    pub(super) fn keywords(&self) -> impl Iterator<Item = &'d str> {
        self.parameters.iter().map(|parameter| parameter.keyword)
    }
}

impl<'d> Parameter<'d> {
    fn of(node: &'d Node) -> Option<Self> {
        let (data_type, complex) = (text(node, "dataType"), text(node, "complexType"));
        Some(Self { node, keyword: text(node, "keyword")?, data_type, complex })
    }
}

impl<'d> Page<'d> {
    fn of(node: &'d Node) -> Self {
        Self { node, widgets: items(node, "layout").iter().filter_map(Widget::of).collect() }
    }

    pub(super) fn is_global(&self) -> bool {
        text(self.node, "pageType") == Some("PAGE_TYPE_GLOBAL_FILTERS")
    }
}

impl<'d> Widget<'d> {
    fn of(item: &'d Node) -> Option<Self> {
        let node = item.get("widget")?;
        let spec = node.get("spec");
        Some(Self {
            item,
            node,
            name: text(node, "name").unwrap_or_default(),
            spec,
            kind: spec.and_then(|spec| text(spec, "widgetType")).unwrap_or_default(),
            queries: items(node, "queries").iter().filter_map(WidgetQuery::of).collect(),
        })
    }

    /// Does it choose rows or values for other widgets?
    pub(super) fn is_filter(&self) -> bool {
        self.kind.starts_with("filter-") || self.kind == "range-slider"
    }

    pub(super) fn encodings(&self) -> Option<&'d Node> {
        self.spec?.get("encodings")
    }

    /// As messages name it, with a title where the name is the editor's.
    pub(super) fn called(&self) -> String {
        format!("the widget `{}`", self.name)
    }

    pub(super) fn place(&self) -> Location {
        crate::check::document::place_of(self.node, "name")
    }
}

impl<'d> WidgetQuery<'d> {
    fn of(named: &'d Node) -> Option<Self> {
        let query = named.get("query")?;
        let field = |field: &'d Node| Some(Field { name: text(field, "name")?, expression: field.get("expression")? });
        Some(Self {
            named,
            name: text(named, "name").unwrap_or_default(),
            query,
            dataset: query.get("datasetName"),
            fields: items(query, "fields").iter().filter_map(field).collect(),
        })
    }

    /// Is every row shown, and nothing grouped?
    pub(super) fn disaggregated(&self) -> Option<bool> {
        self.query.get("disaggregated")?.as_bool()
    }
}

/// The field of a group that comes second in a list, with its place.
pub(super) fn repeated<'n>(named: impl Iterator<Item = (&'n str, Location)>) -> Vec<(&'n str, Location, Location)> {
    let mut first: BTreeMap<&str, Location> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, place) in named {
        match first.get(name) {
            Some(before) => found.push((name, place, before.clone())),
            None => drop(first.insert(name, place)),
        }
    }
    found
}
