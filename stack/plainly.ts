/** osls prints the stack of every error but its own; of one that was said plainly it prints the words alone. */
export function plainly<E extends Error>(error: E): E {
  return Object.assign(error, { decoratedMessage: error.message });
}
