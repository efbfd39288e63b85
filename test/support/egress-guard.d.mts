/** Whether a host is this machine, or one that tests may know. */
export function mayConnect(host: string | undefined): boolean;
