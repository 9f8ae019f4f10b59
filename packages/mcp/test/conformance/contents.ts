/** What the official suite expects from the components it knows by name; the same on every SDK. */

/** One red pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** Silence. */
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const textItem = (text: string) => ({ type: 'text' as const, text });
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
const embedded = (uri: string, mimeType: string, text: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text },
});

export const text = (value: string) => ({ content: [textItem(value)] });

/** Tools without arguments that always return the same. */
export const FIXED_TOOLS = {
  test_simple_text: { content: [textItem('This is a simple text response for testing.')] },
  test_image_content: { content: [image] },
  test_audio_content: { content: [{ type: 'audio' as const, data: WAV, mimeType: 'audio/wav' }] },
  test_embedded_resource: {
    content: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  },
  test_multiple_content_types: {
    content: [
      textItem('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
    ],
  },
};

export const RESOURCES = {
  'test://static-text': { mimeType: 'text/plain', text: 'This is the content of the static text resource.' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'Watched.' },
};

export const templateContents = (uri: string, id: string) => ({
  contents: [
    {
      uri,
      mimeType: 'application/json',
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    },
  ],
});

const message = <Content>(content: Content) => ({ role: 'user' as const, content });

export const promptMessages = {
  simple: () => ({ messages: [message(textItem('This is a simple prompt for testing.'))] }),
  withArguments: (arg1: string, arg2: string) => ({
    messages: [message(textItem(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))],
  }),
  withResource: (uri: string) => ({
    messages: [
      message(embedded(uri, 'text/plain', 'Embedded resource content for testing.')),
      message(textItem('Please process the embedded resource above.')),
    ],
  }),
  withImage: () => ({ messages: [message(image), message(textItem('Please analyze the image above.'))] }),
  text: (value: string) => ({ messages: [message(textItem(value))] }),
};

/** A form with one field of text. */
export const form = (asked: string, field: string) => ({
  message: asked,
  requestedSchema: { type: 'object' as const, properties: { [field]: { type: 'string' as const } }, required: [field] },
});

export const CONFIRMATION = {
  message: 'Please confirm',
  requestedSchema: { type: 'object' as const, properties: { ok: { type: 'boolean' as const } }, required: ['ok'] },
};

export const DEFAULTS_FORM = {
  message: 'Please review the defaults',
  requestedSchema: {
    type: 'object' as const,
    properties: {
      name: { type: 'string' as const, default: 'John Doe' },
      age: { type: 'integer' as const, default: 30 },
      score: { type: 'number' as const, default: 95.5 },
      status: { type: 'string' as const, enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean' as const, default: true },
    },
    required: [],
  },
};

const options = ['option1', 'option2', 'option3'];
const titled = (noun: string) => [
  { const: 'value1', title: `First ${noun}` },
  { const: 'value2', title: `Second ${noun}` },
  { const: 'value3', title: `Third ${noun}` },
];

export const ENUMS_FORM = {
  message: 'Please choose',
  requestedSchema: {
    type: 'object' as const,
    properties: {
      untitledSingle: { type: 'string' as const, enum: options },
      titledSingle: { type: 'string' as const, oneOf: titled('Option') },
      legacyEnum: {
        type: 'string' as const,
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array' as const, items: { type: 'string' as const, enum: options } },
      titledMulti: { type: 'array' as const, items: { anyOf: titled('Choice') } },
    },
    required: [],
  },
};
