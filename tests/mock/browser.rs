//! The pages for people in a real browser: everybody can read them, on a telephone and in the dark, and a hostile page runs nothing.
//! `REHEARSE_SCREENSHOTS=FOLDER` writes down how they look.

use std::collections::BTreeSet;
use std::path::Path;

use rehearsal::mock::Load;
use serde_json::{Value, json};

use crate::browse::cut_off;
use crate::chromium::Chromium;
use crate::common;
use crate::package::site;
use crate::rig::Rig;

/// A telephone's width and a desk's.
const WIDTHS: [u32; 2] = [390, 1280];

/// A mock that shows a package.
pub async fn showing(path: &Path) -> Rig {
    let load = Load { path: path.to_owned(), damage: vec![cut_off()], whole: false };
    Rig::with(|settings| settings.load = Some(load)).await
}

/// What is wrong with the page that is open.
async fn complaints(chromium: &mut Chromium, width: u32) -> Vec<String> {
    let found = chromium.evaluate(&format!("({})({width})", include_str!("audit.js"))).await;
    serde_json::from_value(found).unwrap()
}

/// Holds a page to be readable in every dress, and gives how the server answered, the addresses that its frame and its text lead to, and
/// those of its pictures.
async fn readable(chromium: &mut Chromium, url: &str) -> Value {
    chromium.open(url).await;
    for width in WIDTHS {
        for dark in [false, true] {
            chromium.window(width, dark).await;
            assert_eq!(complaints(chromium, width).await, [""; 0], "{url} at {width}, dark: {dark}");
            pictured(chromium, width, dark).await;
        }
    }
    let links = "(within) => [...document.links].filter((link) => !!link.closest('.text') === within).map((link) => link.href.split('#')[0])";
    chromium
        .evaluate(&format!(
            "({{ status: performance.getEntriesByType('navigation')[0].responseStatus, frame: ({links})(false), text: ({links})(true), \
             pictures: [...document.images].map((image) => image.src) }})"
        ))
        .await
}

/// Writes down how the page looks, where somebody wants to see it.
async fn pictured(chromium: &mut Chromium, width: u32, dark: bool) {
    let Some(folder) = std::env::var_os("REHEARSE_SCREENSHOTS") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let named = chromium.evaluate("document.title + location.pathname + location.search").await;
    let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
    let name: String = named.as_str().unwrap().chars().map(plain).take(120).collect();
    let dress = if dark { "dark" } else { "light" };
    chromium.picture(&Path::new(&folder).join(format!("{name}-{width}-{dress}.png"))).await;
}

/// Every page that can be reached by links; gives their addresses.
async fn walk(chromium: &mut Chromium, rig: &Rig) -> BTreeSet<String> {
    let mut next = vec![(rig.url("/"), true)];
    let (mut seen, mut files) = (BTreeSet::new(), BTreeSet::new());
    while let Some((url, must_be)) = next.pop() {
        if !seen.insert(url.clone()) {
            continue;
        }
        let page = readable(chromium, &url).await;
        // A text may name what the backup doesn't hold; what the mock itself leads to is there.
        assert!(page["status"] == 200 || !must_be && page["status"] == 404, "{url}: {page}");
        for (part, must_be) in [("frame", true), ("text", false)] {
            let own = page[part].as_array().unwrap().iter().map(|link| link.as_str().unwrap());
            let own = own.filter(|link| link.starts_with(&rig.url("/")) && !link.contains("/download/"));
            next.extend(own.map(|link| (link.to_owned(), must_be)));
        }
        // The frame first, so that what must be there is never taken for what a text names.
        next.sort_by_key(|(_, must_be)| *must_be);
        files.extend(page["pictures"].as_array().unwrap().iter().map(|source| source.as_str().unwrap().to_owned()));
    }
    for file in files {
        let answer = rig.client.get(&file).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("image/"), "{file}");
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_readable_for_everybody() {
    let Some(mut chromium) = Chromium::start().await else { return };
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("backup.zip");
    site().zip(&path);
    let rig = showing(&path).await;
    let seen = walk(&mut chromium, &rig).await;
    assert!(seen.len() > 10, "{seen:?}");
    for (path, status) in [
        ("/pages/viewpreviousversions.action?pageId=10", 200),
        ("/pages/viewpageattachments.action?pageId=10", 200),
        ("/display/OPS/Nowhere", 404),
    ] {
        assert_eq!(readable(&mut chromium, &rig.url(path)).await["status"], status, "{path}");
    }
    // Those who may not look are told so.
    let shut = Rig::restored("site", &site()).await;
    readable(&mut chromium, &shut.url("/")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_packages_are_readable_for_everybody() {
    let Some(corpus) = common::corpus() else { return };
    let Some(mut chromium) = Chromium::start().await else { return };
    for (name, least) in
        [("site-5.9.zip", 20), ("site-4.3.2.zip", 30), ("space-cloud-2024.zip", 12), ("inlinecomments", 9)]
    {
        let seen = walk(&mut chromium, &showing(&common::package(&corpus, name)).await).await;
        assert!(seen.len() > least, "{name}: {seen:?}");
    }
}

/// The audit notices what it is there for.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_read_is_told() {
    let Some(mut chromium) = Chromium::start().await else { return };
    let rig = Rig::start().await;
    chromium.window(390, false).await;
    let paragraph = "document.querySelector('main p')";
    for (change, complaint) in [
        ("Object.assign(P.style, { width: '500px' })", "sideways"),
        ("Object.assign(P.style, { color: '#999' })", "hard to read"),
        ("document.documentElement.lang = ''", "language"),
        ("document.title = ''", "title"),
        ("P.innerHTML = '<h1>x</h1>'", "level 1"),
        ("P.innerHTML = '<h3>x</h3>'", "left out"),
        ("P.innerHTML = '<h2> </h2>'", "empty heading"),
        ("P.innerHTML = '<i id=\"content\">x</i>'", "twice"),
        ("P.innerHTML = '<img src=\"/x.png\">'", "picture"),
        ("P.innerHTML = '<a href=\"/\"> </a>'", "link without"),
        ("P.innerHTML = '<table></table>'", "without heads"),
        ("P.innerHTML = '<table></table>'", "no key"),
        ("P.innerHTML = '<input>'", "label"),
        ("document.querySelector('.skip').remove()", "first link"),
    ] {
        chromium.open(&rig.url("/")).await;
        assert_eq!(complaints(&mut chromium, 390).await, [""; 0]);
        chromium.evaluate(&format!("void ({})", change.replace('P', paragraph))).await;
        let told = complaints(&mut chromium, 390).await;
        assert!(told.iter().any(|one| one.contains(complaint)), "{change}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_shows_where_it_leads() {
    let Some(mut chromium) = Chromium::start().await else { return };
    let rig = Rig::start().await;
    chromium.window(1280, false).await;
    chromium.open(&rig.url("/")).await;
    for (place, wanted) in ["Skip to content", "Spaces", "What was damaged"].into_iter().enumerate() {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
            chromium.call("Input.dispatchKeyEvent", key).await;
        }
        let shown = chromium
            .evaluate(
                "(() => { const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
                 return [at.textContent, box.left >= 0 && box.top >= 0, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2] })()",
            )
            .await;
        assert_eq!(shown, json!([wanted, true, true]), "stop {place}");
    }
}
