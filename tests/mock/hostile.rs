//! A hostile backup in a real browser: whatever stands in a title, a text, a name or a file, nothing of it runs and nobody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Html;
use axum::routing::get;
use serde_json::json;

use crate::browser::showing;
use crate::chromium::Chromium;
use crate::package::{Build, OPS};

/// What would run, load or send something if a browser took it as it is. `TRAP` is an address that must not be asked.
const TRICKS: &str = r#"<script>window.ran=1</script><script src="TRAP/a.js"></script><img src="TRAP/b.png" onerror="window.ran=2"/>
<svg onload="window.ran=3"><script>window.ran=4</script><image href="TRAP/c.png"/></svg><iframe src="TRAP/d"></iframe>
<iframe srcdoc="&lt;script&gt;parent.ran=5&lt;/script&gt;"></iframe><iframe src="javascript:parent.ran=6"></iframe>
<style>@import "TRAP/e.css"; body { background: url(TRAP/f.png) }</style><link rel="stylesheet" href="TRAP/g.css"/><link rel="prefetch" href="TRAP/g"/>
<object data="TRAP/h"></object><embed src="TRAP/i"/><video src="TRAP/j" onerror="window.ran=7"></video><body onload="window.ran=8">
<details open="open" ontoggle="window.ran=9">x</details><input autofocus="autofocus" onfocus="window.ran=10"/>
<p style="background: url(TRAP/k)" onclick="window.ran=11">x</p><a href="javascript:window.ran=12">a</a><a href="java&#9;script:window.ran=13">a</a>
<a href="javascript&colon;window.ran=14">a</a><a href="&#1;javascript:window.ran=15">a</a><a href="data:text/html,x">a</a><a ping="TRAP/l" href="vbscript:x">a</a>
<form action="TRAP/m"><button formaction="javascript:window.ran=16">x</button></form><math><mtext></p><img src="x" onerror="window.ran=17"></mtext></math>
<![CDATA[<script>window.ran=18</script><img src=x onerror=window.ran=19>]]>&lt;script&gt;window.ran=20&lt;/script&gt;<!--><script>window.ran=21</script>-->
</article></main></div><noscript><p title="</noscript><img src=x onerror=window.ran=22>"></noscript><base href="TRAP/"/>
<textarea></textarea><script>window.ran=23</script><xmp><p title="</xmp><img src=x onerror=window.ran=24>"></xmp><p><b><i>never closed"#;

/// The same in the clothes of the storage format.
const STORED: &str = r#"<ac:structured-macro ac:name="html"><ac:parameter ac:name="&lt;script&gt;window.ran=30&lt;/script&gt;">&lt;img src=x onerror=window.ran=31&gt;</ac:parameter>
<ac:plain-text-body><![CDATA[<script>window.ran=32</script><iframe src=TRAP/n></iframe>]]></ac:plain-text-body></ac:structured-macro>
<ac:structured-macro ac:name="&quot;&gt;&lt;script&gt;window.ran=33&lt;/script&gt;"/><ac:link><ri:url ri:value="javascript:window.ran=34"/><ac:link-body>x</ac:link-body></ac:link>
<ac:image ac:alt="&quot; onerror=&quot;window.ran=35"><ri:url ri:value="TRAP/o.png"/></ac:image><ac:image ac:alt="&quot; onerror=&quot;window.ran=36"><ri:attachment ri:filename="page.png"/></ac:image>
<ac:image ac:width="1&quot; onload=&quot;window.ran=37"><ri:attachment ri:filename="drawing.svg"/></ac:image><ac:emoticon ac:emoji-fallback="&lt;script&gt;window.ran=38&lt;/script&gt;"/>"#;

/// A word of text lines, which have no spaces and no ends of lines.
fn word(text: &str) -> String {
    text.replace(['\n', ' '], "|")
}

fn hostile(trap: &str) -> Build {
    let name =
        word("</title><script>window.ran=40</script><img src=TRAP/p onerror=window.ran=41>").replace("TRAP", trap);
    let body =
        word(&format!("{STORED}{TRICKS}<meta http-equiv=\"refresh\" content=\"0;url=TRAP/q\"/>")).replace("TRAP", trap);
    let lines = format!(
        "{OPS}ConfluenceUserImpl 4028da9600000009 name={name} lowerName={name}
        Space 3 key=EVIL name={name} lowerKey=evil spaceType=global description>SpaceDescription:4
        SpaceDescription 4 title={name} version=1 contentStatus=current
        BodyContent 5 content>SpaceDescription:4 body={body} bodyType=2
        Page 200 title={name} version=2 contentStatus=current space>Space:3 versionComment={name} creator>ConfluenceUserImpl:4028da9600000009 lastModifier>ConfluenceUserImpl:4028da9600000009
        BodyContent 201 content>Page:200 body={body} bodyType=2
        Page 202 title={name} version=1 contentStatus=current originalVersion>Page:200 versionComment={name}
        BodyContent 203 content>Page:202 body={body} bodyType=2
        Comment 204 version=1 contentStatus=current containerContent>Page:200 creator>ConfluenceUserImpl:4028da9600000009
        BodyContent 205 content>Comment:204 body={body} bodyType=2
        ContentProperty 206 name=inline-original-selection stringValue={name} content>Comment:204
        ContentProperty 207 name=inline-marker-ref stringValue={name} content>Comment:204
        ContentProperty 208 name=status stringValue={name} content>Comment:204
        Attachment 210 title={name} version=1 contentStatus=current containerContent>Page:200 space>Space:3 versionComment={name}
        Attachment 211 title=page.png version=1 contentStatus=current containerContent>Page:200 space>Space:3
        ContentProperty 212 name=MEDIA_TYPE stringValue=image/png content>Attachment:211
        Attachment 213 title=drawing.svg version=1 contentStatus=current containerContent>Page:200 space>Space:3
        ContentProperty 214 name=MEDIA_TYPE stringValue=image/svg+xml content>Attachment:213
        ContentProperty 215 name=MEDIA_TYPE stringValue={name} content>Attachment:210
        Label 220 name={name} namespace=global
        Labelling 221 label>Label:220 content>Page:200 labelableType=CONTENT
        ContentPermissionSet 222 type=View owningContent>Page:200
        ContentPermission 223 type=View owningSet>ContentPermissionSet:222 groupName={name}
        BlogPost 230 title={name} version=1 contentStatus=current space>Space:3
        BodyContent 231 content>BlogPost:230 body={body} bodyType=0"
    );
    let drawing = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' onload='window.ran=50'><script>window.ran=51</script><image href='{trap}/r'/></svg>"
    );
    Build::site(&lines)
        .file("attachments/200/210/1", b"<script>window.ran=52</script>")
        .file("attachments/200/211/1", b"<html><script>window.ran=53</script></html>")
        .file("attachments/200/213/1", drawing.as_bytes())
}

/// A server that must not be asked.
struct Trap {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Trap {
    async fn set() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let sprung = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            async { "" }
        };
        Self { address: served(Router::new().fallback(sprung)).await, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn served(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// A page on which the tricks stand as they are, with a policy or without one.
async fn raw(trap: &Trap, policy: Option<HeaderValue>) -> String {
    let page = format!("<!DOCTYPE html><title>x</title>{}", TRICKS.replace("TRAP", &trap.address));
    let headers: HeaderMap = policy.into_iter().map(|policy| (header::CONTENT_SECURITY_POLICY, policy)).collect();
    served(Router::new().route("/", get(move || async move { (headers, Html(page)) }))).await
}

/// Pokes at every element, so that handlers that wait for somebody run too; gives what ran, and what could have.
const POKE: &str = r#"(async () => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const element of all("*")) {
    for (const kind of ["click", "mouseover", "focus", "blur", "load", "error", "toggle", "input", "submit"]) element.dispatchEvent(new Event(kind));
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const live = "script, iframe, frame, object, embed, form, base, style, svg, math, video, audio, details, input, button, textarea, noscript, xmp, " +
    "template, meta[http-equiv], link:not([rel=stylesheet])";
  const names = all("*").flatMap((element) => [...element.attributes]).map((attribute) => attribute.name);
  return {
    ran: window.ran ?? null,
    could: [
      ...all(live).map((element) => element.outerHTML),
      ...names.filter((name) => /^on|^(style|ping|srcdoc|formaction|target|download)$/.test(name)),
      ...[...document.links].map((link) => link.protocol).filter((scheme) => !["http:", "https:", "mailto:"].includes(scheme)),
      ...[...document.images].map((image) => image.src).filter((source) => new URL(source).origin !== location.origin),
    ],
    frames: frames.length,
    at: location.origin,
  };
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_backup_runs_nothing_in_a_browser() {
    let Some(mut chromium) = Chromium::start().await else { return };
    let trap = Trap::set().await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("backup.zip");
    hostile(&trap.address).zip(&path);
    let rig = showing(&path).await;
    let name = "%3C%2Ftitle%3E%3Cscript%3Ewindow.ran=60%3C%2Fscript%3E";
    let mut texts = String::new();
    for path in [
        "/browse/spaces",
        "/display/EVIL",
        "/browse/space/EVIL/pages",
        "/browse/space/EVIL/blog",
        "/pages/viewpage.action?pageId=200",
        "/pages/viewpage.action?pageId=202",
        "/pages/viewpage.action?pageId=230",
        "/pages/viewpreviousversions.action?pageId=200",
        "/pages/viewpageattachments.action?pageId=200",
        "/browse/damage",
        &format!("/display/EVIL/{name}"),
        &format!("/display/{name}"),
        &format!("/pages/viewpage.action?pageId={name}"),
        &format!("/browse/spaces?from={name}"),
    ] {
        chromium.open(&rig.url(path)).await;
        let told = chromium.evaluate(POKE).await;
        assert_eq!(told, json!({ "ran": null, "could": [], "frames": 0, "at": rig.url("") }), "{path}");
        assert!(chromium.asked().iter().all(|url| url.starts_with(&rig.url("/"))), "{path}: {:?}", chromium.asked());
        // What the policy alone would have stopped was not taken out of the text.
        let stopped = ["Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"];
        let complaints = chromium.events.iter().filter(|event| stopped.iter().any(|kind| event["method"] == *kind));
        let complaints: Vec<_> = complaints.filter(|event| event.to_string().contains("Security Policy")).collect();
        assert!(complaints.is_empty(), "{path}: {complaints:?}");
        texts += chromium.evaluate("document.title + document.body.innerText").await.as_str().unwrap();
    }
    // It was all there: names and texts can be read.
    for mark in [20, 30, 31, 32, 33, 38, 40, 41] {
        assert!(texts.contains(&format!("window.ran={mark}")), "{mark} is not in {texts}");
    }
    assert_eq!(trap.asked(), 0);
}

/// The tricks work where nothing is taken out and nothing is forbidden; and the policy alone, without the renderer, stops them too.
#[tokio::test(flavor = "multi_thread")]
async fn the_tricks_are_real_and_the_policy_stops_them_alone() {
    let Some(mut chromium) = Chromium::start().await else { return };
    let trap = Trap::set().await;
    chromium.open(&raw(&trap, None).await).await;
    assert!(chromium.evaluate(POKE).await["ran"].is_number(), "nothing ran where everything may");
    assert!(trap.asked() > 5, "{}", trap.asked());

    let rig = crate::rig::Rig::start().await;
    let policy = rig.client.get(rig.url("/")).send().await.unwrap().headers()["content-security-policy"].clone();
    let trap = Trap::set().await;
    chromium.open(&raw(&trap, Some(policy)).await).await;
    assert!(chromium.evaluate(POKE).await["ran"].is_null());
    assert_eq!(trap.asked(), 0);
}
