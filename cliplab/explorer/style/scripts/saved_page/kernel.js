// What stands in the place of the kernel: it answers at once, with what the page holds. `open` takes
// the bar of a row apart.
export function storedKernel({ words, root, now, views, numbers, hints, open }) {
  const ears = new Set();
  const followers = [];
  let current = now;

  function say(message, ...buffers) {
    for (const hear of ears) hear(message, buffers);
  }

  function answer({ choice, page } = {}) {
    say({ now: current, answer: choice, page });
    for (const follow of followers) follow(current);
  }

  return {
    get: (name) => ({ words, root })[name],
    on(event, hear) {
      if (event === "msg:custom") ears.add(hear);
    },
    off(_event, hear) {
      ears.delete(hear);
    },
    send(message) {
      if ("open" in message) {
        open(message.open);
        return;
      }
      if (message.asks) {
        say({ answers: message.asks, page: message.page });
        return;
      }
      if (message.ready) {
        for (const { view, bytes } of views) say({ view: { ...view, sweep: now.sweep } }, bytes);
        say({ numbers });
        say({ hints });
      }
      if (current.values.includes(message.value)) current = { ...current, value: message.value };
      answer(message);
    },
    // Choose something elsewhere than in the control of k, as code in a notebook does.
    choose(changes) {
      current = { ...current, ...changes };
      answer();
    },
    // Have a function called with all that is chosen, now and after each choice.
    follow(call) {
      followers.push(call);
      call(current);
    },
  };
}

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export function decoded(base64) {
  return JSON.parse(new TextDecoder().decode(bytesOf(base64)));
}
