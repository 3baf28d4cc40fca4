// The theme's search reads "barge-in" as "barge", or anything that begins with "in". In quotes the word itself must be there.
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest) {
  if (typeof message?.data === "string") {
    const data = message.data.replace(/(^|\s)(\w+(?:-\w+)+)(?=\s|$)/g, '$1"$2"');
    message = { ...message, data };
  }
  return post.call(this, message, ...rest);
};
