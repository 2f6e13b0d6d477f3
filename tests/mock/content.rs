//! What a restored copy shows.

use serde_json::{Value, json};

use crate::package::{Build, OPS, PROPERTIES, ops, site, site_with};
use crate::rig::Rig;

fn titles(list: &Value) -> Vec<String> {
    list["results"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

/// R5 [A]: a site restore keeps ids. C11 [S]: live, archived, trashed and draft are told by status and original.
#[tokio::test]
async fn a_site_restore_keeps_ids_and_status() {
    let rig = Rig::restored("site", &site()).await;
    let pages = rig.get("/rest/api/content?spaceKey=ops&type=page").await;
    assert_eq!(titles(&pages), ["Home", "Runbook"]);
    assert_eq!(pages["results"][0]["id"], "10");
    assert_eq!(titles(&rig.get("/rest/api/content?spaceKey=OPS&status=trashed").await), ["Old"]);
    assert_eq!(titles(&rig.get("/rest/api/content?spaceKey=OPS&status=archived").await), ["Shelf"]);
    assert_eq!(titles(&rig.get("/rest/api/content?spaceKey=OPS&status=any").await), ["Home", "Runbook", "Old"]);
    assert_eq!(titles(&rig.get("/rest/api/content?spaceKey=OPS&type=blogpost").await), ["News"]);
    assert_eq!(rig.status("/rest/api/content/13").await, 404);
    assert_eq!(rig.get("/rest/api/content/13?status=trashed").await["status"], "trashed");
}

/// R6 [A]: a space restore gives new ids and rewrites references. R6 [D]: authors stay by name, accounts are not made.
#[tokio::test]
async fn a_space_restore_gives_new_ids_and_makes_no_accounts() {
    let rig = Rig::restored("space", &ops()).await;
    let pages = rig.get("/rest/api/content?spaceKey=OPS&expand=ancestors,history,version,body.storage").await;
    assert_eq!(titles(&pages), ["Home", "Runbook"]);
    let (home, runbook) = (&pages["results"][0], &pages["results"][1]);
    assert!(home["id"].as_str().unwrap().parse::<u64>().unwrap() >= 1_000_000);
    assert_eq!(runbook["ancestors"][0]["id"], home["id"]);
    assert_eq!(home["history"]["createdBy"]["username"], "ann");
    assert_eq!(home["version"]["by"]["username"], "bob");
    let space = rig.get("/rest/api/space/OPS?expand=homepage").await;
    assert_eq!(space["homepage"]["id"], home["id"]);
    let users = rig.get("/rest/api/user/list").await;
    assert_eq!(users["size"], 1);
    assert_eq!(users["results"][0]["username"], "admin");
}

/// C7 [S]: a restore keeps the digits of times. C8 [S]: `]] >` in storage format stands for `]]>`. R12 [S]: the message is there where it is.
#[tokio::test]
async fn times_texts_and_notes_are_kept() {
    let rig = Rig::restored("site", &site()).await;
    let home = rig.get("/rest/api/content/10?expand=body.storage,version,history").await;
    assert_eq!(home["history"]["createdDate"], "2024-01-02T03:04:05.678Z");
    assert_eq!(home["version"]["when"], "2024-02-03T04:05:06.789Z");
    assert_eq!(home["version"]["message"], "tidied");
    assert_eq!(home["body"]["storage"]["value"], "<p>now</p>");
    let runbook = rig.get("/rest/api/content/12?expand=body.storage,version").await;
    assert_eq!(runbook["body"]["storage"]["value"], "<ac:plain-text-body>x]]></ac:plain-text-body>");
    assert!(runbook["version"].get("message").is_none());
    assert_eq!(runbook["extensions"]["position"], 3);
    assert_eq!(home["extensions"]["position"], "none");
}

/// R12 [D]: older versions by status and number; R12 [A]: the list of versions. C11 [S]: a draft of a live page is no version of it.
#[tokio::test]
async fn older_versions_are_served_by_number() {
    let rig = Rig::restored("site", &site()).await;
    let list = rig.get("/rest/experimental/content/10/version").await;
    let numbers: Vec<u64> =
        list["results"].as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 1]);
    let old = rig.get("/rest/api/content/10?status=historical&version=1&expand=body.storage,version").await;
    assert_eq!(
        (old["status"].as_str(), old["body"]["storage"]["value"].as_str()),
        (Some("historical"), Some("<p>then</p>"))
    );
    assert_eq!(rig.get("/rest/api/content/10?status=historical&version=2").await["id"], "10");
    assert_eq!(rig.status("/rest/api/content/10?status=historical&version=7").await, 404);
}

/// R13 [D, S]: comments by depth and location; a reply has the page as container and the answered comment among its ancestors.
#[tokio::test]
async fn comments_are_footer_inline_or_resolved() {
    let rig = Rig::restored("site", &site()).await;
    let ids = async |query: &str| -> Vec<String> {
        let list = rig.get(&format!("/rest/api/content/10/child/comment?{query}")).await;
        list["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("depth=all").await, ["40", "42", "43", "47"]);
    assert_eq!(ids("location=footer").await, ["40"]);
    assert_eq!(ids("depth=all&location=inline").await, ["43"]);
    assert_eq!(ids("depth=all&location=resolved").await, ["47"]);
    let all = "depth=all&expand=extensions.inlineProperties,extensions.resolution,container,ancestors,body.storage";
    let list = rig.get(&format!("/rest/api/content/10/child/comment?{all}")).await;
    let (reply, inline, resolved) = (&list["results"][1], &list["results"][2], &list["results"][3]);
    assert_eq!((reply["container"]["id"].as_str(), reply["ancestors"][0]["id"].as_str()), (Some("10"), Some("40")));
    assert_eq!(reply["title"], "Re: Home");
    assert_eq!(inline["extensions"]["inlineProperties"]["markerRef"], "5b1e-77");
    assert_eq!(inline["extensions"]["inlineProperties"]["originalSelection"], "these words");
    assert_eq!(inline["extensions"]["resolution"]["status"], "open");
    assert_eq!(inline["extensions"]["resolution"]["lastModifiedDate"], "1970-01-01T00:00:00.000Z");
    assert_eq!(resolved["extensions"]["resolution"]["status"], "resolved");
}

/// R14 [D, S]: attachments, their versions and bytes. F16 [D]: a row without a file is there, and its download is 404.
#[tokio::test]
async fn attachments_have_rows_versions_and_bytes() {
    let rig = Rig::restored("space", &ops()).await;
    let pages = rig.get("/rest/api/content?spaceKey=OPS&title=Home").await;
    let page = pages["results"][0]["id"].as_str().unwrap();
    let list = rig.get(&format!("/rest/api/content/{page}/child/attachment?expand=version")).await;
    assert_eq!(titles(&list), ["a b.txt", "gone.bin"]);
    let (there, gone) = (&list["results"][0], &list["results"][1]);
    assert_eq!(there["extensions"]["mediaType"], "text/plain");
    assert_eq!(there["extensions"]["fileSize"], 5);
    let download = there["_links"]["download"].as_str().unwrap();
    let response = rig.response(download).await;
    assert_eq!(response.headers()["content-length"], "5");
    assert_eq!(response.text().await.unwrap(), "newer");
    let older = format!("/download/attachments/{page}/a%20b.txt?version=1");
    assert_eq!(rig.response(&older).await.text().await.unwrap(), "old");
    assert_eq!(rig.status(gone["_links"]["download"].as_str().unwrap()).await, 404);
    let id = there["id"].as_str().unwrap();
    let old = rig.get(&format!("/rest/api/content/{id}?status=historical&version=1&expand=version")).await;
    assert_eq!(old["version"]["number"], 1);
}

/// C16 [S]: labels with their prefixes; personal ones are seen by their owners alone. C12 [S]: space categories hang on the description.
#[tokio::test]
async fn labels_are_those_that_the_caller_sees() {
    let rig = Rig::restored("site", &site()).await;
    let labels = rig.get("/rest/api/content/10/label").await;
    assert_eq!((labels["size"].as_u64(), labels["results"][0]["prefix"].as_str()), (Some(1), Some("global")));
    assert_eq!(labels["results"][0]["name"], "urgent");
    let expanded = rig.get("/rest/api/content/10?expand=metadata.labels").await;
    assert_eq!(expanded["metadata"]["labels"]["results"][0]["name"], "urgent");
    let space = rig.get("/rest/api/space/OPS?expand=metadata.labels,description.plain").await;
    assert_eq!(space["metadata"]["labels"]["results"][0]["name"], "infra");
    assert_eq!(space["description"]["plain"]["value"], "How we run it");
}

/// R15 [S] and R10 [S]: both operations are there; users and groups only where they are asked for, since present doesn't mean loaded.
#[tokio::test]
async fn restrictions_name_users_and_groups() {
    let rig = Rig::restored("site", &site()).await;
    let expand = "read.restrictions.user,read.restrictions.group,update.restrictions.user";
    let of = rig.get(&format!("/rest/api/content/12/restriction/byOperation?expand={expand}")).await;
    assert_eq!(of["read"]["restrictions"]["user"]["results"][0]["username"], "ann");
    assert_eq!(of["read"]["restrictions"]["group"]["results"][0]["name"], "crew");
    assert_eq!(of["update"]["restrictions"]["user"]["size"], 0);
    let one = rig.get("/rest/api/content/12/restriction/byOperation/read").await;
    assert_eq!((&one["operation"], &one["restrictions"]), (&of["read"]["operation"], &of["read"]["restrictions"]));
    let unasked = rig.get("/rest/api/content/12/restriction/byOperation/update?expand=content").await;
    assert!(unasked.get("restrictions").is_none());
    assert_eq!(
        rig.request(reqwest::Method::GET, "/rest/api/content/12/restriction/byOperation/delete")
            .send()
            .await
            .unwrap()
            .status(),
        400
    );
    let page = rig.get("/rest/api/content/12?expand=restrictions.read.restrictions.group").await;
    assert_eq!(page["restrictions"]["read"]["restrictions"]["group"]["size"], 1);
    assert!(page["restrictions"].get("update").is_none());
}

/// R16 [D]: an array of operation and subject; users are named by key.
#[tokio::test]
async fn space_permissions_are_an_array() {
    let rig = Rig::restored("site", &site()).await;
    let list = rig.get("/rest/api/space/OPS/permissions").await;
    let words: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{}/{} {}",
                one["operation"]["operationKey"], one["operation"]["targetType"], one["subject"]["type"]
            )
        })
        .collect();
    let expected = ["administer/space user", "read/space group", "read/space anonymous"];
    assert_eq!(words.iter().map(|word| word.replace('"', "")).collect::<Vec<_>>(), expected);
    assert_eq!(list[0]["subject"]["userKey"], "4028da9600000001");
    assert_eq!((list[0]["spaceKey"].as_str(), list[0]["spaceId"].as_u64()), (Some("OPS"), Some(1)));
}

/// C19 [S] and R18 [A]: global and space templates; only newest versions.
#[tokio::test]
async fn templates_are_of_a_space_or_of_the_site() {
    let rig = Rig::restored("site", &site()).await;
    let of_space = rig.get("/rest/experimental/template/page?spaceKey=OPS&expand=body").await;
    assert_eq!(of_space["results"][0]["name"], "Report");
    assert_eq!(of_space["results"][0]["body"]["storage"]["value"], "<p>a]]>b</p>");
    let of_site = rig.get("/rest/experimental/template/page").await;
    assert_eq!((of_site["size"].as_u64(), of_site["results"][0]["name"].as_str()), (Some(1), Some("Everywhere")));
}

/// R5 [D]: a site restore replaces users, groups and memberships. The mock's administrator still gets in.
#[tokio::test]
async fn a_site_restore_replaces_people() {
    let rig = Rig::restored("site", &site()).await;
    let users = rig.get("/rest/api/user/list").await;
    assert_eq!((users["size"].as_u64(), users["results"][0]["displayName"].as_str()), (Some(1), Some("Ann Example")));
    assert_eq!(rig.get("/rest/api/group").await["results"][0]["name"], "crew");
    assert_eq!(rig.get("/rest/api/group/crew/member").await["results"][0]["username"], "ann");
    assert_eq!(rig.status("/rest/api/group/confluence-users/member").await, 404);
    assert_eq!(rig.status("/rest/api/user?username=admin").await, 404);
    assert_eq!(rig.get("/rest/api/user/current").await["username"], "admin");
    assert_eq!(rig.get("/rest/api/user?key=4028da9600000002").await["username"], "bob");
}

/// C18 [S]: up to 5.1 users are named by name, and a creator that nothing names is anonymous. R17 [S]: such a user has no name.
#[tokio::test]
async fn users_before_5_2_are_names() {
    let lines = "
        Space 1 key=OLD name=Old
        Page 2 title=A version=1 space>Space:1 creatorName=carl lastModifierName=dora
        Page 3 title=B version=1 space>Space:1 creator>ConfluenceUserImpl:ff80
        Attachment 4 fileName=x.png contentType=image/png fileSize=3 attachmentVersion=1 comment=first content>Page:2 creatorName=carl
    ";
    let rig = Rig::restored("space", &Build::space("OLD", lines).file("attachments/2/4/1", b"png")).await;
    let pages = rig.get("/rest/api/content?spaceKey=OLD&expand=history,version").await;
    assert_eq!(pages["results"][0]["history"]["createdBy"]["username"], "carl");
    assert_eq!(pages["results"][0]["version"]["by"]["username"], "dora");
    assert_eq!(pages["results"][1]["history"]["createdBy"]["type"], "anonymous");
    assert!(pages["results"][1]["history"]["createdBy"].get("username").is_none());
    let page = pages["results"][0]["id"].as_str().unwrap();
    let file = &rig.get(&format!("/rest/api/content/{page}/child/attachment?expand=version")).await["results"][0];
    assert_eq!((file["title"].as_str(), file["extensions"]["fileSize"].as_u64()), (Some("x.png"), Some(3)));
    assert_eq!(file["extensions"]["mediaType"], "image/png");
    assert_eq!(file["version"]["message"], "first");
    assert_eq!(rig.response(file["_links"]["download"].as_str().unwrap()).await.text().await.unwrap(), "png");
}

/// C1 [S]: the older writer names a page's bodies in its collection alone, and labels, restrictions and versions in theirs.
#[tokio::test]
async fn joins_are_made_from_either_side() {
    let lines = "
        Space 1 key=S name=S
        BodyContent 5 body=<p>x</p> bodyType=2
        Page 2 title=A version=2 space>Space:1 bodyContents*BodyContent:5 labellings*Labelling:7 contentPermissionSets*ContentPermissionSet:8 historicalVersions*Page:3
        Page 3 title=A version=1
        Label 6 name=l namespace=global
        Labelling 7 label>Label:6
        ContentPermissionSet 8 type=Edit contentPermissions*ContentPermission:9
        ContentPermission 9 type=Edit groupName=g
    ";
    let rig = Rig::restored("space", &Build::space("S", lines)).await;
    let expand = "body.storage,metadata.labels,restrictions.update.restrictions.group";
    let page = &rig.get(&format!("/rest/api/content?spaceKey=S&expand={expand}")).await["results"][0];
    assert_eq!(page["body"]["storage"]["value"], "<p>x</p>");
    assert_eq!(page["metadata"]["labels"]["size"], 1);
    assert_eq!(page["restrictions"]["update"]["restrictions"]["group"]["results"][0]["name"], "g");
    let id = page["id"].as_str().unwrap();
    assert_eq!(rig.get(&format!("/rest/experimental/content/{id}/version")).await["size"], 2);
}

/// C15 [S]: deleting and uploading again leaves two rows of one name; an older row may share the live one's number and file.
#[tokio::test]
async fn rows_of_one_name_or_number_do_not_hide_the_live_one() {
    let lines = "
        Space 1 key=S name=S
        Page 2 title=A version=1 space>Space:1
        Attachment 3 title=f version=1 contentStatus=deleted containerContent>Page:2
        Attachment 4 title=f version=1 contentStatus=current containerContent>Page:2
        Attachment 5 title=f version=1 contentStatus=current containerContent>Page:2 originalVersion>Attachment:4
    ";
    let build = Build::site(lines).file("attachments/2/3/1", b"trashed").file("attachments/2/4/1", b"live");
    let rig = Rig::restored("site", &build).await;
    let list = rig.get("/rest/api/content/2/child/attachment").await;
    assert_eq!((list["size"].as_u64(), list["results"][0]["id"].as_str()), (Some(1), Some("4")));
    assert_eq!(rig.response("/download/attachments/2/f?version=1").await.text().await.unwrap(), "live");
    assert_eq!(rig.get("/rest/experimental/content/4/version").await["size"], 1);
    assert_eq!(rig.get("/rest/api/content?type=attachment&status=trashed").await["results"][0]["id"], "3");
}

/// C13 [S] and C6: a body may be null, empty or missing: REST shows all three as an empty text. C11 [A]: a parent that isn't live makes a root.
#[tokio::test]
async fn rows_that_lack_something_are_shown() {
    let lines = "
        Space 1 key=S name=S
        Page 2 title=A version=1 space>Space:1 parent>Page:99
        Page 3 title=B version=1 space>Space:1 parent>Page:5
        Page 4 title=C version=1 space>Space:1 parent>Page:4
        Page 5 title=D version=1 space>Space:1 contentStatus=deleted
        BodyContent 6 content>Page:2 bodyType=2
        BodyContent 7 content>Page:3 body= bodyType=2
    ";
    let rig = Rig::restored("site", &Build::site(lines)).await;
    let list = rig.get("/rest/api/content/scan?expand=body.storage,ancestors,history,version").await;
    assert_eq!(titles(&list), ["A", "B", "C"]);
    for page in list["results"].as_array().unwrap() {
        assert_eq!(
            (page["body"]["storage"]["value"].as_str(), page["ancestors"].as_array().map(Vec::len)),
            (Some(""), Some(0))
        );
        assert!(page["history"]["createdDate"].is_null() && page["version"]["when"].is_null());
    }
}

/// F16 [D]: a file whose bytes don't fit its entry's checksum counts as missing, since it can't be copied.
#[tokio::test]
async fn a_file_that_cannot_be_read_is_missing() {
    let rig = Rig::start().await;
    let path = rig.home().join("restore/space/backup.zip");
    ops().zip(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    // The first entry's packed bytes stand right behind its local header.
    let at = 30 + "attachments/10/50/2".len() + usize::from(u16::from_le_bytes([bytes[28], bytes[29]]));
    bytes[at] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(rig.restore_file("space", "backup.zip").await["jobState"], "FINISHED");
    let page =
        rig.get("/rest/api/content?spaceKey=OPS&title=Home").await["results"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(rig.status(&format!("/download/attachments/{page}/a%20b.txt?version=2")).await, 404);
    assert_eq!(rig.status(&format!("/download/attachments/{page}/a%20b.txt?version=1")).await, 200);
}

/// R25 [S for Cloud, D]: children by type; descendants that are comments; R25 [A]: 501 for others.
#[tokio::test]
async fn children_and_descendants_are_listed_by_type() {
    let rig = Rig::restored("site", &site()).await;
    let children = rig.get("/rest/api/content/10/child?expand=page,comment").await;
    assert_eq!((titles(&children["page"]), &children["comment"]["size"]), (vec!["Runbook".to_owned()], &4.into()));
    assert_eq!(children["_expandable"]["attachment"], "/rest/api/content/10/child/attachment");
    assert_eq!(rig.get("/rest/api/content/10/descendant/comment").await["size"], 4);
    assert_eq!(rig.status("/rest/api/content/10/descendant/page").await, 501);
    assert_eq!(rig.status("/rest/api/content/99/child").await, 404);
}

/// R25 [D]: content of a space by type and depth; versions, groups and templates one by one; the anonymous user (R17 [S]).
#[tokio::test]
async fn things_are_served_one_by_one() {
    let rig = Rig::restored("site", &site()).await;
    let content = rig.get("/rest/api/space/OPS/content").await;
    assert_eq!(titles(&content["page"]), ["Home", "Runbook"]);
    assert_eq!(titles(&content["blogpost"]), ["News"]);
    let all = rig.get("/rest/api/space/OPS/content/page?limit=1").await;
    assert_eq!(titles(&rig.get(all["_links"]["next"].as_str().unwrap()).await), ["Runbook"]);
    let next = rig.get("/rest/api/space/OPS/content?limit=1").await;
    assert_eq!(titles(&rig.get(next["page"]["_links"]["next"].as_str().unwrap()).await), ["Runbook"]);
    assert_eq!(titles(&rig.get("/rest/api/space/OPS/content/page?depth=root").await), ["Home"]);
    assert_eq!(rig.status("/rest/api/space/OPS/content/comment").await, 400);
    assert_eq!(rig.status("/rest/api/space/XX/content").await, 404);
    assert_eq!(rig.get("/rest/api/content/10/version/1").await["number"], 1);
    assert_eq!(rig.status("/rest/api/content/10/version/7").await, 404);
    assert_eq!(rig.get("/rest/api/group/crew").await["name"], "crew");
    assert_eq!(rig.status("/rest/api/group/nobody").await, 404);
    assert_eq!(rig.get("/rest/api/user/anonymous").await["type"], "anonymous");
    assert_eq!(rig.get("/rest/api/template/1004").await["name"], "Everywhere");
    assert_eq!(rig.status("/rest/api/template/1").await, 404);
}

/// R26 [D]: what apps stored is there as JSON, by key, with its version, and inside of content where it is asked for. C23 [A]: what has no
/// container is its space's.
#[tokio::test]
async fn properties_of_apps_are_there_as_json() {
    let rig = Rig::restored("site", &site_with(PROPERTIES)).await;
    let all = rig.get("/rest/api/content/10/property").await;
    let keys: Vec<&Value> = all["results"].as_array().unwrap().iter().map(|one| &one["key"]).collect();
    assert_eq!((keys, &all["size"]), (vec![&json!("look"), &json!("note")], &json!(2)));
    let look = rig.get("/rest/api/content/10/property/look").await;
    assert_eq!((&look["value"], &look["version"]["number"]), (&json!({ "wide": true }), &json!(3)));
    assert_eq!(look["_expandable"], json!({ "content": "/rest/api/content/10" }));
    let plain = rig.get("/rest/api/content/10/property/note?expand=content").await;
    assert_eq!((&plain["value"], &plain["content"]["title"]), (&json!("no json"), &json!("Home")));
    assert_eq!(plain["_expandable"], json!({ "version": "" }));
    let page = rig.get("/rest/api/content/10?expand=metadata.properties.look").await;
    let inner = &page["metadata"]["properties"];
    assert_eq!(inner["look"]["value"]["wide"], true);
    assert_eq!(inner["_expandable"], json!({ "note": "/rest/api/content/10/property/note" }));
    let space = rig.get("/rest/api/space/OPS/property").await;
    assert_eq!((&space["results"][0]["key"], &space["size"]), (&json!("theme"), &json!(1)));
    assert_eq!(rig.get("/rest/api/space/OPS/property/theme").await["value"], 7);
    for missing in ["content/10/property/other", "content/99/property", "content/96", "space/OPS/property/look"] {
        assert_eq!(rig.status(&format!("/rest/api/{missing}")).await, 404, "{missing}");
    }
}

/// R6 [A]: properties go with their content through a restore with new ids.
#[tokio::test]
async fn properties_follow_their_content_to_its_new_id() {
    let lines = format!("{OPS}{PROPERTIES}");
    let rig = Rig::restored("space", &Build::space("OPS", &lines)).await;
    let home = &rig.get("/rest/api/content?spaceKey=OPS&title=Home").await["results"][0]["id"];
    let look = rig.get(&format!("/rest/api/content/{}/property/look", home.as_str().unwrap())).await;
    assert_eq!(look["value"]["wide"], true);
    assert_eq!(rig.get("/rest/api/space/OPS/property").await["size"], 1);
}
