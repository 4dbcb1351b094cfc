"""What the rows about the tab run in the page itself."""

from __future__ import annotations

# Milliseconds from the key, or the choice in a list, to the frame that shows another `shown` with nothing outdated on the page. It waits for
# changes of the document, so that it costs the page nothing while nothing happens.
WATCH = """shown => {
    const now = new Function(`return ${shown}`);
    const before = now();
    window.painted = new Promise(done => {
        let pressed = 0, over = false;
        const look = () => {
            if (over || pressed === 0 || now() === before) return;
            if (document.querySelector('[aria-busy=true], .stale')) return;
            over = true;
            observer.disconnect();
            requestAnimationFrame(() => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => done(performance.now() - pressed);
                channel.port2.postMessage(0);
            });
        };
        const observer = new MutationObserver(look);
        observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
        for (const type of ['keydown', 'change']) addEventListener(type, event => {
            pressed ||= event.timeStamp;
            look();
        }, {capture: true, once: true});
        setTimeout(() => { if (!over) { observer.disconnect(); done(-1); } }, 20000);
    });
}"""

# From the click to the first chart, by clocks of two documents: both count from the same moment. The frame tells the page when there is
# a chart. Playwright's `wait_for_function` looks at every frame, and first compiles 330 kB of its own in the document that it looks at:
# 12 ms in each of the two.
CLICKED = """() => {
    window.chartSeen = new Promise((done, fail) => {
        window.tellChart = done;
        setTimeout(() => fail(new Error('No chart was drawn.')), 60000);
    });
    addEventListener('click', () => {
        window.clickedAt = performance.timeOrigin + performance.now();
    }, {capture: true});
}"""
CLICK_TO_CHART = "async () => await window.chartSeen - window.clickedAt"
FIRST_CHART = """(() => {
    const found = () => document.querySelector('.chart-curve canvas');
    const observer = new MutationObserver(() => {
        if (!found()) return;
        observer.disconnect();
        window.filesBytes = performance.getEntriesByType('resource')
            .filter(({name, responseEnd}) => name.includes('/plugin/rlboard/static/') && responseEnd > 0)
            .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0);
        requestAnimationFrame(() => setTimeout(() => {
            parent.tellChart?.(performance.timeOrigin + performance.now());
        }));
    });
    observer.observe(document, {subtree: true, childList: true});
})()"""

# One move of the scroll bar a frame.
SCROLL = """([frames, pixels]) => new Promise(done => {
    const grid = document.querySelector('[role=grid]');
    let left = frames;
    const move = () => {
        grid.scrollTop += pixels;
        left -= 1;
        if (left > 0) requestAnimationFrame(move);
        else done(grid.scrollTop);
    };
    requestAnimationFrame(move);
})"""
