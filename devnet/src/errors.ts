/** Something the local world cannot go on with. The message is for the person at the terminal; `name` is the cause's. */
export class DevnetError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}
