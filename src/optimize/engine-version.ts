/** Changes when the same job on the same bars may give other figures; stored with every result. */
export const ENGINE_VERSION = '2';
