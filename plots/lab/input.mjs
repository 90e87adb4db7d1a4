// input.mjs - buttons, sliders, keys, files that are dropped: what each of them asks of the page.

const byName = (id) => document.getElementById(id);

function listenToButtons(app) {
    const press = (id, action) => byName(id).addEventListener("click", action);
    press("first", () => app.jump(0));
    press("last", () => app.jump(Infinity));
    press("back", () => app.step(-1));
    press("forward", () => app.step(1));
    press("play", () => app.play());
    press("next-failure", () => app.nextFailure());
    press("next-split", () => app.nextSplit());
    press("next-walk", () => app.nextWalk());
    press("closer", () => app.zoomBy(2));
    press("further", () => app.zoomBy(1 / 2));
    press("whole", () => app.wholeView());
    press("beside", () => app.toggleBeside());
    press("help", () => byName("keys").showModal());
    press("link", () => app.copyLink());
}

function listenToFields(app) {
    byName("moment").addEventListener("input", () => app.jump(Number(byName("moment").value)));
    byName("at").addEventListener("change", () => app.jump(Number(byName("at").value)));
    byName("file").addEventListener("change", (event) => {
        if (event.target.files[0])
            app.open(event.target.files[0]);
        event.target.value = "";
    });
}

function takeDrop(app, event) {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const file = event.dataTransfer?.files?.[0];
    if (file)
        app.open(file);
    else
        app.say("That was no file. Drop a .trace, a .rep or a text here.", true);
}

function listenToDrops(app) {
    window.addEventListener("dragover", (event) => {
        event.preventDefault();
        document.body.classList.add("dropping");
    });
    window.addEventListener("dragleave", (event) => {
        if (event.relatedTarget === null)
            document.body.classList.remove("dropping");
    });
    window.addEventListener("drop", (event) => takeDrop(app, event));
}

function actionOf(app, key) {
    const first = app.panes[0];
    return {
        " ": () => app.play(), ArrowLeft: () => app.step(-1), ArrowRight: () => app.step(1), Home: () => app.jump(0),
        End: () => app.jump(Infinity), f: () => app.nextFailure(), s: () => app.nextSplit(), w: () => app.nextWalk(),
        "+": () => app.zoomBy(2), "-": () => app.zoomBy(1 / 2), 0: () => app.wholeView(), "[": () => app.zoomBy(2, "addresses"),
        "]": () => app.zoomBy(1 / 2, "addresses"), b: () => app.toggleBeside(), m: () => first.change({ merge: !first.settings.merge }),
        "?": () => byName("keys").showModal(),
    }[key];
}

// Keys are the page's where nothing that takes keys of its own has the focus.
function takeKey(app, event) {
    const isTyping = event.target.closest?.("textarea, input, select, dialog[open]");
    if (isTyping || event.ctrlKey || event.altKey || event.metaKey || app.trace === null)
        return;
    const action = actionOf(app, event.key);
    if (action === undefined || (event.key === " " && event.target.closest?.("button")))
        return;
    event.preventDefault();
    action();
}

export function listenToPage(app) {
    listenToButtons(app);
    listenToFields(app);
    listenToDrops(app);
    window.addEventListener("keydown", (event) => takeKey(app, event));
    window.addEventListener("hashchange", () => {
        if (location.hash !== app.written && app.module)
            app.follow();
    });
    window.addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        app.refuse(event.reason);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => app.recolour());
    new ResizeObserver(() => app.later("size", () => app.panes.forEach((pane) => pane.resized()))).observe(byName("panes"));
}
