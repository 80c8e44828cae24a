/* SPDX-License-Identifier: BSD-2-Clause */
/* Filters and sorts the findings. Without it the list is there all the same. */
"use strict";
(function () {
	const list = document.querySelector(".findings");
	const tools = document.querySelector(".tools");

	if (!list || !tools)
		return;
	const items = Array.from(list.children);
	const text = tools.querySelector("input");
	const reason = tools.querySelector(".by-reason");
	const order = tools.querySelector(".by-order");
	const shown = tools.querySelector("output");
	const unfold = tools.querySelector("button");
	const counts = new Map();
	let isOpen = false;

	for (const item of items) {
		const key = item.dataset.reason;

		counts.set(key, (counts.get(key) || 0) + 1);
	}
	for (const [key, count] of Array.from(counts).sort()) {
		const option = document.createElement("option");

		option.value = key;
		option.textContent = key + " (" + count + ")";
		reason.append(option);
	}

	function flow(item) {
		return Number(item.dataset.flow);
	}

	function filter() {
		const want = text.value.trim().toLowerCase();
		let count = 0;

		for (const item of items) {
			const says = item.firstElementChild.textContent;

			item.hidden =
				(reason.value && item.dataset.reason !== reason.value) ||
				(want && !says.toLowerCase().includes(want));
			count += item.hidden ? 0 : 1;
		}
		shown.textContent = count + " of " + items.length;
	}

	function sort() {
		const byReason = order.value === "reason";

		items.sort(function (a, b) {
			const first = a.dataset.reason, second = b.dataset.reason;

			if (byReason && first !== second)
				return first < second ? -1 : 1;
			return flow(a) - flow(b);
		});
		list.append(...items);
	}

	/* Those that are shown: for the page's own search, and for paper. */
	function fold() {
		isOpen = !isOpen;
		for (const item of items)
			item.open = isOpen && !item.hidden;
		unfold.textContent = isOpen ? "Fold all" : "Unfold those";
	}

	/* A link to a finding shows it, whatever the filter says. */
	function follow() {
		const item = document.getElementById(location.hash.slice(1));

		if (!item || !items.includes(item))
			return;
		item.hidden = false;
		item.open = true;
		item.scrollIntoView();
		item.firstElementChild.focus();
	}

	text.addEventListener("input", filter);
	reason.addEventListener("change", filter);
	order.addEventListener("change", sort);
	unfold.addEventListener("click", fold);
	window.addEventListener("hashchange", follow);
	tools.hidden = false;
	filter();
	follow();
})();
