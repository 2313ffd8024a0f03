"""What titles say beside the name of the song, in the languages people write it in.

``*`` stands for any ending, ``#`` for a number. Spelling variants that `fold` makes equal stand here once.
"""

from collections.abc import Mapping


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase for line in text.split("\n") for phrase in map(str.strip, line.split(",")) if phrase)


SEPARATING: Mapping[str, tuple[str, ...]] = {
    tag: _phrases(text)
    for tag, text in {
        "live": """
            soundcheck, busking, street performance, living room, from home, home session, quarantine, flashmob,
            flash mob, live, unplugged, in concert, concert, bbc session*, peel session*, radio session*,
            studio session*, live session*, tiny desk*, spotify session*, kexp, live performance, live video,
            live aufnahme, mitschnitt, konzert, auf der bühne, en vivo, en directo, en concierto, concierto,
            directo, ao vivo, em concerto, en direct, en concert, en public, dal vivo, in concerto, koncert*,
            na żywo, naživo, živě, konser*, canlı, canlı performans, концерт*, выступлени*, живой звук,
            живое исполнение, живое, вживую, живьем, лайв, наживо, اجرای زنده, زنده, کنسرت*, لایو, حفلة, حفل,
            مباشر, لايف, בהופעה, הופעה חיה, הופעה, לייב, בלייב, ζωντανά, लाइव, แสดงสด, nhạc sống, konsert, livenä,
            ライブ, ライヴ, らいぶ, コンサート, 生演奏, 现场, 現場, 现场版, 現場版, 演唱会, 演唱會, 音乐会, 라이브,
            콘서트, 0date
        """,
        "remix": """
            remix*, re mix, re mixed, rmx, bootleg, refix, rework, flip, dub, vip, club mix, dance mix, dub mix,
            house mix, trance mix, vip mix, ریمیکس*, رمیکس, ريمكس, ремикс*, remezcla, remezclado, remiks,
            リミックス, 리믹스, רמיקס, 混音, 混音版, dj版, ρεμίξ
        """,
        "mashup": "mashup*, mash up, mash ups, мэшап, مشاپ, マッシュアップ, 매시업, 매쉬업, 混搭",
        "acoustic": """
            acoustic*, akustik, akustikversion, akustisch*, akustiskt, acoustique, acústic*, акустик*, акустическ*,
            акустична, آکوستیک, stripped, アコースティック, アコギ, 어쿠스틱, אקוסטי*, 不插电, 不插電, 木吉他版,
            ακουστικ*
        """,
        "instrumental": """
            type beat*, type instrumental, bass only, drums only, guitar only, drum track, backing music,
            background music, instrumental*, instrumentală, off vocal*, backing track*, without vocals, no vocals,
            minus one, минус*, инструментал*, інструментал*, بیکلام, بی کلام, بدون کلام, بدون خواننده, فقط موسیقی,
            موسيقى فقط, بدون غناء, enstrümantal, sözsüz, playback, strumentale, instrumentaal, instrumentaali,
            インスト, インストゥルメンタル, オフボーカル, ボーカルなし, 伴奏, 伴奏版, 纯音乐, 純音樂, 纯伴奏, 반주,
            인스트, 인스트루멘탈, אינסטרומנטלי*, inst, drumless, bassless
        """,
        "karaoke": """
            karaoke*, караоке, کارائوکه, کاریوکی, كاريوكي, カラオケ, 노래방, קריוקי, 卡拉ok, 卡啦ok, sing along,
            singalong, 伴唱, ニコカラ, καραόκε
        """,
        "cover": """
            cover, covers, covered, cover version, coverversion, coversong, tribute, tribute to, in the style of,
            originally performed by, as performed by, as made famous by, made famous by, made popular by,
            popularized by, al estilo de, no estilo de, à la manière de, в стиле, by request, кавер*, کاور*,
            بازخوانی*, كوفر, اغنية بصوت, reprise de, versión de, cover di, cover de, 歌ってみた, うたってみた,
            弾いてみた, 演奏してみた, 叩いてみた, 弾き語り, 踊ってみた, カバー, カヴァー, 커버, 翻唱, 翻彈, 翻奏,
            קאבר, גרסת כיסוי, διασκευή, yeniden yorum, soundalike, sound alike
        """,
        "demo": """
            voice memo, work in progress, first draft, home recording, unreleased, leaked, home demo, demo, demos,
            demo version, rough mix, outtake*, alternate take, alternative take, alternate version,
            alternative version, take #, rehearsal*, демо*, دمو, デモ, 데모, 小样, work tape, working tape,
            early version, early take, unreleased version, maquette, репетиция
        """,
        "sped up": """
            sped up, speed up, speedup, spedup, fast version, pitched up, chipmunk*, ускорен*, прискорен*, تند شده,
            با سرعت بالا, مسرع*, hızlandırılmış, acelerad*, accéléré*, beschleunigt, velocizzat*, 倍速, 高速,
            加速版, 加速, スピードアップ, 스페드업, 배속
        """,
        "slowed": """
            slowed, slowed down, slowed n, slow version, slowed version, замедлен*, уповільнен*, اسلو, اسلو شده,
            اسلوو, بطيء*, yavaşlatılmış, ralenti*, ralentizad*, desacelerad*, verlangsamt, rallentat*,
            chopped and screwed, screwed, 降速, 减速, 减速版, 慢速, 慢放, スロー, 슬로우
        """,
        "reverb": "reverb*, ревер*, ریورب, リバーブ, 리버브, bass boosted, басс буст",
        "nightcore": "nightcore, daycore, найткор, ナイトコア, 나이트코어",
        "8d": "8d, 9d, 16d, 8 d audio, 360 audio, spatial audio",
        "radio edit": """
            radio edit, radio version, radio mix, radio cut, single edit, edit, edited, short edit, short version,
            short ver, tv size, tvサイズ, tv version, tv edit, video edit, versión corta, 短版, ショートver,
            ショートバージョン, радио версия
        """,
        "extended": """
            extended*, extended mix, extended version, long version, maxi, maxi version, full length mix, 12 mix,
            12 inch, 12 version, 12 inch version, versión extendida, versione estesa, ロングバージョン, 加长版,
            club edit, удлиненн*
        """,
        "re-recording": """
            re recorded*, rerecorded, re recording, rerecording, taylors version, new recording, # re recording,
            перезапис*, neuaufnahme, regrabación, re grabado, ضبط مجدد, بازضبط, yeniden kayıt, 再録, 再録音, 重录,
            重錄, 新録
        """,
        "loop": """
            # hour*, # hr, # hrs, # h, hour version, hour loop, one hour, ten hours, # ч, # час, # часа, # часов,
            час, # ساعت, یک ساعت, ده ساعت, یکساعت*, # stunden, # stunde, eine stunde, # heures, # heure, une heure,
            # horas, # hora, una hora, uma hora, # ore, un ora, # saat, bir saat, # godzin*, # ساعه, ساعه كامله,
            # שעות, # שעה, שעה של, 時間, 小时, 小時, 시간, 耐久, loop, looped, loops, on repeat, on loop,
            en boucle, # minutes, # min, # mins, # минут, # دقیقه, повтор*, зациклен*, ループ, 反복, 반복, 循环,
            循環, 单曲循环
        """,
        "medley": "medley, megamix, попурри, potpourri, popurrí, مدلی, メドレー, 메들리, 联唱, 串烧, 串燒",
        "a cappella": """
            a cappella, acappella, a capella, acapella, acapela, vocals only, only vocals, isolated vocals,
            vocal only, а капелла, акапелла, акапела, アカペラ, 아카펠라, 清唱, اکاپلا, بدون موسیقی, بدون موسيقى,
            بدون ايقاع
        """,
        "interlude": "interlude, reprise, skit, intro, outro",
        "excerpt": """
            preview, teaser, trailer, snippet, excerpt, trecho, extrait, ausschnitt, fragmento, отрывок, сниппет,
            ringtone, рингтон, تیزر, قسمتی از, tiktok version, 片段, 試聴, 試聽, tik tok version
        """,
        "whole album": """
            full album, album completo, full concert, full ep, full mixtape, full show, полный альбом, весь альбом,
            آلبوم کامل, فول آلبوم, البوم كامل, tam albüm, komple albüm, ganzes album, album complet, フルアルバム,
            全专辑, 整张专辑, アルバム全曲, 전곡, 앨범 전곡, non stop, nonstop, دیسکوگرافی
        """,
        "about the song": """
            reaction, reacts to, reacting to, first time hearing, lesson, lessons, tutorial, how to play,
            guitar tab*, bass tab*, synthesia, sheet music, chords, play along, playalong, lyrics meaning,
            explained, interview, behind the scenes, making of, documentary, разбор, урок, как играть, реакция,
            аккорды, آموزش, آکورد, ریکشن, واکنش, nasıl çalınır, clase, cómo tocar, leçon, unterricht, リアクション,
            レッスン, 教学, 教程, 教學, 反应, 반응, 리액션, 強座, 강좌, 解説, 레슨, lead guitar
        """,
        "parody": "parody, пародия, parodia, parodie, پارودی, 替え歌, 패러디",
        "arrangement": """
            from another room, in another room, empty arena, reversed, backwards, asmr, whispered, otamatone,
            minecraft, playthrough, kids bop, lullaby, marching band, one man band, loop station, hardstyle,
            bardcore, medieval version, synthwave, ai cover, ai version, slap house, amapiano, afro house, dubstep,
            jersey club, ballad version, epic version, emotional version, sad version, christmas version,
            soft version, male version, female version, duet version, acoustic guitar version, elevator version,
            guitar solo, fan made, fanmade, piano version, orchestral version, orchestra version,
            symphonic version, string quartet version, guitar version, violin version, flute version,
            saxophone version, music box*, オルゴール, 8 bit, 8bit, 16 bit, chiptune, lofi, lo fi, metal version,
            rock version, jazz version, bossa nova version, reggae version, choir version, kids version,
            ukulele version, piano cover, пианино, на пианино, на гитаре, ピアノver, ピアノバージョン, 钢琴版,
            鋼琴版, 피아노 버전, with strings, phonk, drill version, lullaby version
        """,
        "other language": """
            english version, english ver, spanish version, spanglish version, french version, german version,
            italian version, japanese version, japanese ver, korean version, korean ver, chinese version,
            mandarin version, arabic version, persian version, russian version, hebrew version, turkish version,
            portuguese version, hindi version, swedish version, dutch version, danish version, norwegian version,
            finnish version, greek version, polish version, czech version, hungarian version, romanian version,
            ukrainian version, svensk version, engelsk version, på svenska, på engelska, på norsk, på dansk,
            suomeksi, po polsku, po angielsku, на русском, на английском, українською, türkçe versiyon,
            ingilizce versiyon, em português, in het nederlands, versión en español, versión en inglés, versión español,
            versión inglés, versione italiana, version française, deutsche version, русская версия,
            английская версия, نسخه انگلیسی, نسخه فارسی, 日本語版, 日本語ver, 英語版, 英语版, 中文版, 国语版,
            國語版, 粤语版, 粵語版, 日语版, 韩语版, 한국어 버전, 일본어 버전, 영어 버전, in english, en español,
            en inglés, auf deutsch, en français, in italiano
        """,
        "retuned": "432 hz, 432hz, 528 hz, 528hz",
    }.items()
}
"""Words that set a recording apart. Each key is a word that people can read: it stands in a Track's status."""

ARRANGED: Mapping[str, tuple[str, ...]] = {
    "arrangement": _phrases(
        """
        piano, guitar, violin, cello, harp, flute, sax, saxophone, trumpet, orchestra, orchestral, symphonic,
        strings, drum, drums, bass, ukulele, kalimba, organ, accordion, choir, lullaby, kids, children, metal,
        rock, punk, jazz, reggae, house, techno, trap, drill, edm, dance, disco, salsa, cumbia, bachata,
        bossa nova, country, swing, epic, cinematic, orchestrated, female, male, duet, solo, string quartet,
        music box, klavier, gitarre, пианино, гитара, скрипка, پیانو, گیتار, ویولن, ارکسترال, بيانو, عود, ピアノ,
        ギター, 钢琴, 吉他, 피아노, 기타, פסנתר, female version, male version, duet version, group version,
        dance version, house version, alternate, alternative
        """
    ),
    "other language": _phrases(
        """
        english, spanish, french, german, italian, japanese, korean, chinese, mandarin, cantonese, arabic, hebrew,
        turkish, portuguese, hindi, swedish, dutch, danish,
        norwegian, finnish, greek, polish, svenska, español, inglés, français, anglais, deutsch, englisch, italiano, русский,
        english lyrics version
        """
    ),
}
"""Words that make another recording where a bracket says nothing else: ``Hello (Piano)``. Elsewhere they mean little."""

MAKING: tuple[str, ...] = _phrases(
    """
    ai, style, styled, only, mixed, sample, samples, commentary, revisited, reimagined, reworked, redux, rendition,
    rendered, solo, playthrough, session, sessions, take, takes, situation, festival, medley, core, hardstyle,
    hardcore, bardcore, medieval, bluegrass, elevator, synthwave, chill, chillout, ambient, nightclub, club, beat,
    beats, type, tutorial, lesson, dersi, ders, version, versión, versao, versione, ver, versie, версия, версія,
    edition, sürüm, versiyon, نسخه, اجرای, اجرا, مهرجان, نسخة, voice, нейросеть, голосом, ии, версии, ile, by,
    feat, vs, guitar, piano, drum, drums, bass, vocal, vocals, choir, orchestra, symphonic, ピアノ, ソロ, ギター,
    版, 편곡, 버전, dance, cut, recut, stem, stems, isolated, alt, alternate, tempo, تمپو, pitch, key
    """
)
"""Words of a bracket that tell how something was made anew, and not what it is called besides."""

STAGES: tuple[str, ...] = _phrases(
    """
    late night show, tonight show, late show, late late show, norton show, ellen show, clarkson show,
    ed sullivan show, jools holland, top of the pops, kexp, npr music, tiny desk*, bbc radio, bbc music,
    live lounge, audiotree*, jam in the van, jimmy kimmel live, saturday night live, austin city limits,
    mtv unplugged, grammys, recording academy, eurovision*, the voice, got talent, x factor, american idol,
    sofar sounds, colors show, a colors show, mahogany sessions, paste magazine, rockpalast, taratata,
    radio 2 live, wish 107 5, concert*, festival*, arte concert, royal albert hall, en vivo, ao vivo
    """
)
"""Channels of stages, shows and sessions: what they publish is played there."""

DOUBTFUL: Mapping[str, tuple[str, ...]] = {
    "the single's": _phrases(
        "single version, single mix, 7 mix, 7 inch, 7 inch mix, 7 inch version, 7 version, single ver"
    ),
    "another year's": _phrases(
        "# version, version #, versión #, # mix, nueva versión, new version, neue version, новая версия"
    ),
    "mixed anew": _phrases("# remix edition, new mix, neu abgemischt, alternate mix, alternative mix"),
}
"""Words that may set a recording apart or not: each is a reason for doubt, no more."""

NEUTRAL: tuple[str, ...] = _phrases(
    """
    remaster*, re master*, complete, full length, re mastered, digital remaster*, digitally remaster*, # remaster*,
    # digital remaster*, #, # edition, explicit, explícito, explicite, clean, dirty, uncensored, censored,
    radio clean, mono, stereo, album, lp,
    original, originals, single, standard, main, full, deluxe, expanded, anniversary, special, bonus, collectors,
    limited, legacy, super deluxe, # anniversary, bonus track*, edition, version, versión, versione, versão, mix,
    release, ep, studio, recorded, hit single, ремастер*, ремастеринг, альбомная, версия, версія, оригинал*,
    ریمستر, ری مستر, نسخه, اصلی, آلبوم, النسخة, الاصلية, リマスター*, バージョン, ver, オリジナル, remasterizad*,
    remasterisé*, rimasterizzat*, neu abgemischt, remasterisierte, yeniden düzenlenmiş, orijinal, 리마스터, 버전,
    重制版, 重製版, 原版, 原唱, גרסה, מקורית, originalversion, original version, album version, versión original,
    version originale
    """
)
"""Said of the same recording: nothing follows from them."""

EDITIONS: Mapping[str, tuple[str, ...]] = {
    "explicit": _phrases("explicit, dirty, uncensored, explícito, explicite"),
    "clean": _phrases("clean, censored, radio clean"),
    "remaster": _phrases(
        """
        remaster*, re master*, re mastered, ремастер*, ریمستر, ری مستر, リマスター*, remasterizad*, remasterisé*,
        rimasterizzat*, remasterisierte, yeniden düzenlenmiş, 리마스터, 重制版, 重製版
        """
    ),
}
"""Editions of one recording: told, and chosen by among equals. They set nothing apart."""

NOISE: tuple[str, ...] = _phrases(
    """
    official, official music, official lyric*, official hd, official 4k, official live video, officiel, officielle,
    oficial, offiziell*, официальн*, офіційн*, ufficiale, resmi, oficjalny, teledysk, music video, lyric video,
    lyrics video, promo video, animated video, performance video, static video, art video, fan video, full video,
    music clip, full clip, videoclip*, video clip*, m v, mv, pv, video, vídeo, audio, áudio, clip, clipe, klip,
    klibi, vid, visualizer, visualiser, lyric, lyrics, w lyrics, with lyrics, letra, con letra, com letra,
    legendado, subtitulad*, subtitle*, sub español, paroles, testo, con testo, liedtext, şarkı sözleri, sözleri,
    tekst, текст, с текстом, слова, клип, видео, видеоклип*, відео, кліп, аудио, on screen, with screen, hd, hq,
    uhd, fhd, 4k, 8k, 1080p, 1080, 720p, 480p, 60 fps, 60fps, high quality, best quality, good quality,
    great quality, hd quality, cd quality, sound quality, high definition, premiere, премьера*, премьера клипа,
    премьера песни, прем'єра, new, new song, free download, out now, full song, full version, color coded, youtube,
    youtube com, video hd, vevo, mp3, m4a, wav, flac, topic, upgraded, upgrade, hi res, hires, kbps, # kbps, # k,
    # kb, eng sub*, english sub*, rus sub*, rom eng, han rom eng, persian, farsi, español, sub, subs, subtitles,
    موزیک ویدیو, موزیک ویدئو, موزیکویدیو, ویدیو, ویدئو, کلیپ, با کیفیت, با کیفیت عالی, کیفیت بالا, رسمی, جدید,
    آهنگ, آهنگ جدید, دانلود, دانلود آهنگ, ترانه, صوتی, تکست, همراه با متن, با متن, متن, فيديو كليب, فيديو, كليب,
    حصريا, حصري, جودة عالية, كلمات, مع الكلمات, اغنية, ミュージックビデオ, ミュージック ビデオ, 公式, 歌詞,
    歌詞付き, フル, 高音質, 官方, 官方mv, 完整版, 完整, 歌词, 歌詞版, 动态歌词, 뮤직비디오, 뮤비, 가사, 공식,
    הקליפ הרשמי, קליפ, קליפ רשמי, הרשמי, רשמי, מילים, and, the, clip officiel, video oficial, vídeo oficial,
    audio oficial, áudio oficial, audio officiel, lyric video oficial
    """
)
"""Words that say nothing of the song at all."""

ORIGIN: tuple[str, ...] = _phrases(
    """
    prod by, produced by, dir by, directed by, from, ost, original soundtrack, soundtrack,
    motion picture soundtrack, original motion picture soundtrack, music by, из фильма, из м ф, из мультфильма,
    из кинофильма, из т с, из оперы, из мюзикла, از فیلم, از سریال, من فيلم, من مسلسل, из к ф, из сериала,
    саундтрек, із фільму, تیتراژ, تیتراژ سریال, banda sonora, bande originale, colonna sonora, trilha sonora,
    aus dem film, 主題歌, 主题曲, 片尾曲, 片头曲, 插曲, 삽입곡
    """
)
"""Where a song comes from and who made it, to the end of the bracket."""

SURE_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    tag: _phrases(text)
    for tag, text in {
        "karaoke": "karaoke, karaoke version, караоке, カラオケ, کارائوکه, 노래방",
        "acoustic": "acoustic, acoustic version, آکوستیک, akustik, акустика",
        "instrumental": "instrumental, instrumental version, بی کلام, بیکلام, инструментал, минус, minus one, 伴奏, オフボーカル",
        "remix": "remix, ریمیکس, رمیکس, ремикс, リミックス, 리믹스",
        "live": """
            live version, live performance, اجرای زنده, en vivo, ao vivo, dal vivo, en directo, en concert,
            canlı performans, canlı, na żywo, 现场版, 現場版, ライブ
        """,
        "sped up": "sped up, sped up version, speed up, ускоренная",
        "slowed": "slowed, slowed down, اسلو, اسلو شده, slowed reverb, slowed and reverb, замедленная",
        "nightcore": "nightcore",
        "8d": "8d, 8d audio",
        "cover": "کاور, кавер, cover version, 歌ってみた, 翻唱, カバー",
        "demo": "demo version",
        "extended": "extended mix, extended version",
        "radio edit": "radio edit, tv size",
        "loop": "1 hour, 1 hour loop, 1 hour version, 10 hours, 10 hour version",
        "whole album": "full album",
    }.items()
}
"""At the end of a title, without bracket or dash, only these are sure not to belong to the name itself."""

SURE_NOISE: tuple[str, ...] = _phrases(
    """
    official video, official audio, official clip, official music video, official lyric video,
    official lyrics video, official hd video, the official video, official visualizer, music video, lyric video,
    lyrics video, with lyrics, w lyrics, lyrics, video clip, videoclip, m v, mv, hd, hq, 4k, uhd, клип,
    موزیک ویدیو, موزیک ویدئو, ویدیو, # remaster, # remastered, youtube, legendado, subtitulada, subtitulado, letra,
    con letra, paroles, sözleri, ミュージックビデオ, 뮤직비디오, audio hd, video oficial, clip officiel,
    video ufficiale, resmi video, официальное видео, official, full hd, hd audio, wmv, avi, flv, mpg, mpeg, mp3,
    mp4, premiere, текст песни, текст
    """
)
"""The same for words that say nothing."""
