// undici takes over the `fetch` of a process in which Node's own has not begun, and refuses requests that Node's accepts.
new Headers();
