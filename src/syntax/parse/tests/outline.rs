//! A statement as text: its source, and every field of its tree that says something. What is left out: places,
//! sqlparser's tokens, and fields that are `None`, `false` or empty.

use crate::diag::SourceFile;
use crate::syntax::ast::Statement;
use crate::syntax::lexer::lex;

use super::tree::{Node, read};

const WIDTH: usize = 112;

/// Structs that say nothing when all of their fields are empty; an empty variant of an enum says which one it is.
const QUIET: [&str; 7] = [
    "TableClauses",
    "IdentityOptions",
    "ColumnKey",
    "WildcardAdditionalOptions",
    "OrderByOptions",
    "FunctionArgumentList",
    "SideTable",
];

pub(super) fn outline(file: &SourceFile, statement: &Statement) -> String {
    let source = file.text();
    let words: Vec<&str> = source[statement.span.range()].split_whitespace().collect();
    let tree = shorten(read(&format!("{:?}", statement.kind)), source);
    let mut out = format!("-- {}\n", words.join(" "));
    print(&tree.unwrap_or_else(|| Node::Atom("nothing".into())), 0, "", &mut out);
    out
}

/// The parts of sqlparser's tree that hold only the place of a word.
fn is_place(field: &str) -> bool {
    field == "span" || field.ends_with("token") || field == "here"
}

fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Atom(text) => text == "None" || text == "false",
        Node::List(items) => items.is_empty(),
        Node::Map(entries) => entries.is_empty(),
        Node::Tuple(..) | Node::Struct(..) => false,
    }
}

fn atom(text: impl Into<String>) -> Option<Node> {
    Some(Node::Atom(text.into()))
}

fn text_of(node: Option<Node>) -> String {
    node.map(|node| flat(&node)).unwrap_or_default()
}

fn shorten(node: Node, source: &str) -> Option<Node> {
    if is_nothing(&node) {
        return None;
    }
    match node {
        Node::Atom(text) => atom(text),
        Node::List(items) => Some(Node::List(items.into_iter().map(|item| kept(item, source)).collect())),
        Node::Map(entries) => {
            let pair = |(key, value): (Node, Option<Node>)| (key, value.and_then(|value| shorten(value, source)));
            Some(Node::Map(entries.into_iter().map(pair).collect()))
        }
        Node::Tuple(name, items) => tuple(name, items, source),
        Node::Struct(name, fields) => record(name, fields, source),
    }
}

/// An item whose place in its list says something, even if it says nothing itself.
fn kept(node: Node, source: &str) -> Node {
    shorten(node.clone(), source).unwrap_or(node)
}

fn tuple(name: String, items: Vec<Node>, source: &str) -> Option<Node> {
    if let [only @ Node::Struct(..)] = items.as_slice() {
        return match shorten(only.clone(), source) {
            None if name == "List" => Some(Node::List(Vec::new())),
            None => atom(name),
            // `Function(Function { … })`
            Some(Node::Struct(inner, fields)) if inner == name => Some(Node::Struct(inner, fields)),
            Some(tree)
                if [
                    "Some",
                    "UnnamedExpr",
                    "Unnamed",
                    "Expr",
                    "Value",
                    "Query",
                    "Select",
                    "Identifier",
                    "List",
                    "Function",
                ]
                .contains(&name.as_str()) =>
            {
                Some(tree)
            }
            Some(tree) => Some(Node::Tuple(name, vec![tree])),
        };
    }
    let mut items: Vec<Node> = items.into_iter().map(|item| kept(item, source)).collect();
    let first = || items.first().map(flat).unwrap_or_default();
    match name.as_str() {
        "Some" | "UnnamedExpr" | "Unnamed" | "Expr" | "Expressions" | "Value" | "Query" | "Select" | "Identifier"
        | "List"
            if items.len() == 1 =>
        {
            items.pop()
        }
        // `GROUP BY` with the modifiers behind it.
        "Expressions" => match items.as_slice() {
            [expressions, modifiers] if is_nothing(modifiers) => {
                Some(expressions.clone()).filter(|expressions| !is_nothing(expressions))
            }
            _ => Some(Node::Tuple(name, items)),
        },
        // A number of the tree: the flag is that of sqlparser's `1L`, which ours never sets.
        "Number" => atom(first().trim_matches('"')),
        "SingleQuotedString" => atom(format!("str {}", first())),
        "ObjectName" | "QualifiedName" | "CompoundIdentifier" => {
            let [Node::List(parts)] = items.as_slice() else { return Some(Node::Tuple(name, items)) };
            atom(parts.iter().map(flat).collect::<Vec<_>>().join("."))
        }
        _ => Some(Node::Tuple(name, items)),
    }
}

fn record(name: String, fields: Vec<(String, Node)>, source: &str) -> Option<Node> {
    let field = |wanted: &str| fields.iter().find(|(field, _)| field == wanted).map(|(_, node)| node.clone());
    let short = |wanted: &str| field(wanted).and_then(|node| shorten(node, source));
    match name.as_str() {
        "Span" => {
            let place = |wanted: &str| text_of(short(wanted)).parse::<usize>().unwrap();
            return atom(format!("{:?}", &source[place("start")..place("end")]));
        }
        "Spanned" | "ValueWithSpan" => return Some(kept(field("value").unwrap(), source)),
        "Ident" => {
            let value = text_of(short("value"));
            let value = value.trim_matches('"').replace("\\\"", "\"");
            return atom(match short("quote_style") {
                Some(_) => format!("`{value}`"),
                None => value,
            });
        }
        "BinaryOp" => {
            let side = |wanted| text_of(short(wanted));
            return atom(format!("({} {} {})", side("left"), side("op"), side("right")));
        }
        "ExprWithAlias" => {
            let alias = short("alias").map(|alias| format!(" as {}", flat(&alias))).unwrap_or_default();
            return atom(format!("{}{alias}", text_of(short("expr"))));
        }
        "Named" => {
            let value = short("arg").or_else(|| short("expr"));
            return atom(format!("{} => {}", text_of(short("name")), text_of(value)));
        }
        "SideTable" => return side(fields, source),
        _ => {}
    }
    let kept: Vec<(String, Node)> = fields
        .into_iter()
        .filter(|(field, node)| !is_place(field) && (field != "flavor" || *node != Node::Atom("Standard".into())))
        .filter_map(|(field, node)| Some((field, shorten(node, source)?)))
        .collect();
    match (name.as_str(), kept.as_slice()) {
        // The tree of a slot, alone where the side table is empty.
        ("Query" | "Expr", [(field, tree)]) if field == "ast" => Some(tree.clone()),
        ("Query", [(field, body)]) if field == "body" => Some(body.clone()),
        ("TableWithJoins", [(_, relation)]) => Some(relation.clone()),
        ("FunctionArgumentList", [(_, args)]) => Some(args.clone()),
        ("Function", [(_, called), (_, Node::List(args))]) => {
            atom(format!("{}({})", flat(called), args.iter().map(flat).collect::<Vec<_>>().join(", ")))
        }
        ("TableFunctionArgs", [(_, args)]) => Some(args.clone()),
        (_, []) => (!QUIET.contains(&name.as_str())).then_some(Node::Atom(name)),
        _ => Some(Node::Struct(name, kept)),
    }
}

/// Offsets become the words that stand there; strings that are one literal are left out.
fn side(fields: Vec<(String, Node)>, source: &str) -> Option<Node> {
    let word = |node: &Node| {
        let offset: usize = flat(node).parse().unwrap();
        let token = lex(&source[offset..]).tokens.first().map(|token| token.text(&source[offset..]).to_string());
        Node::Atom(token.unwrap_or_default())
    };
    let mut kept = Vec::new();
    for (field, node) in fields {
        let Node::Map(entries) = node else { panic!("{field}") };
        let mut shown = Vec::new();
        for (key, value) in entries {
            let value = value.map(|value| self::kept(value, source));
            let offset: usize = flat(&key).parse().unwrap();
            let first = lex(&source[offset..]).tokens.first().map(|token| token.text(&source[offset..]));
            let whole = first.is_some_and(|first| value == Some(Node::Atom(format!("{first:?}"))));
            if field != "strings" || !whole {
                shown.push((word(&key), value));
            }
        }
        if !shown.is_empty() {
            kept.push((field, Node::Map(shown)));
        }
    }
    (!kept.is_empty()).then(|| Node::Struct("side".to_string(), kept))
}

fn flat(node: &Node) -> String {
    let join = |items: &[Node]| items.iter().map(flat).collect::<Vec<_>>().join(", ");
    match node {
        Node::Atom(text) => text.clone(),
        Node::Tuple(name, items) => format!("{name}({})", join(items)),
        Node::List(items) => format!("[{}]", join(items)),
        Node::Map(entries) => {
            let entry = |(key, value): &(Node, Option<Node>)| match value {
                Some(value) => format!("{}: {}", flat(key), flat(value)),
                None => flat(key),
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Node::Struct(name, fields) => {
            let fields: Vec<String> = fields.iter().map(|(field, value)| format!("{field}: {}", flat(value))).collect();
            format!("{name} {{{}}}", fields.join(", "))
        }
    }
}

fn print(node: &Node, depth: usize, label: &str, out: &mut String) {
    let line = flat(node);
    let indent = "  ".repeat(depth);
    if indent.len() + label.len() + line.len() <= WIDTH {
        out.push_str(&format!("{indent}{label}{line}\n"));
        return;
    }
    let open = |name: &str, out: &mut String| out.push_str(&format!("{indent}{label}{name}\n"));
    match node {
        Node::Atom(text) => open(text, out),
        Node::Tuple(name, items) => {
            open(name, out);
            items.iter().for_each(|item| print(item, depth + 1, "", out));
        }
        Node::List(items) => {
            open("", out);
            items.iter().for_each(|item| print(item, depth + 1, "- ", out));
        }
        Node::Map(entries) => {
            open("", out);
            for (key, value) in entries {
                let none = Node::Atom("()".into());
                print(value.as_ref().unwrap_or(&none), depth + 1, &format!("{}: ", flat(key)), out);
            }
        }
        Node::Struct(name, fields) => {
            open(name, out);
            fields.iter().for_each(|(field, value)| print(value, depth + 1, &format!("{field}: "), out));
        }
    }
}
