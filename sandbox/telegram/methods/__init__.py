"""What a bot may ask: the Bot API's methods, by family."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.calls import Call
from sandbox.telegram.methods import account, changing, chatting, files, polling, sending


@dataclass(frozen=True, slots=True)
class Method:
    """One method under the vendor's spelling; `write` says whether it is meant to change a chat."""

    name: str
    act: Callable[[Call], Awaitable[Any]]
    write: bool = False


READS = {
    "getMe": account.get_me,
    "setMyCommands": account.set_my_commands,
    "getMyCommands": account.get_my_commands,
    "deleteMyCommands": account.delete_my_commands,
    "logOut": account.acknowledge,
    "close": account.acknowledge,
    "answerCallbackQuery": account.answer_callback_query,
    "getUpdates": polling.get_updates,
    "setWebhook": polling.set_webhook,
    "deleteWebhook": polling.delete_webhook,
    "getWebhookInfo": polling.get_webhook_info,
    "getChat": chatting.get_chat,
    "getChatAdministrators": chatting.get_chat_administrators,
    "getChatMember": chatting.get_chat_member,
    "getChatMemberCount": chatting.get_chat_member_count,
    "sendChatAction": chatting.send_chat_action,
    "getFile": files.get_file,
}
WRITES = {
    "sendMessage": sending.send_message,
    "sendAudio": sending.send_audio,
    "sendDocument": sending.send_document,
    "forwardMessage": sending.forward_message,
    "forwardMessages": sending.forward_messages,
    "copyMessage": sending.copy_message,
    "copyMessages": sending.copy_messages,
    "editMessageText": changing.edit_message_text,
    "editMessageCaption": changing.edit_message_caption,
    "editMessageMedia": changing.edit_message_media,
    "editMessageReplyMarkup": changing.edit_message_reply_markup,
    "deleteMessage": changing.delete_message,
    "deleteMessages": changing.delete_messages,
}
METHODS = {name.lower(): Method(name, act) for name, act in READS.items()}
METHODS |= {name.lower(): Method(name, act, write=True) for name, act in WRITES.items()}
