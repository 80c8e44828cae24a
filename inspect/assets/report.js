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
	const counts = new Map();

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

	text.addEventListener("input", filter);
	reason.addEventListener("change", filter);
	order.addEventListener("change", sort);
	tools.hidden = false;
	filter();
})();
